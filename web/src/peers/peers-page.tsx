// The peers of the cluster as the one that serves this page sees them; for administrators.

import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { usePeers } from '../api/peers.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { RowsLoading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { words } from '../words.ts'
import { AddPeer } from './add-peer.tsx'
import { PeerRow } from './peer-row.tsx'

const text = words.peers

export function PeersPage() {
  const peers = usePeers()
  const [adding, setAdding] = useState(false)
  const self = peers.data?.find(({ isSelf }) => isSelf)
  return (
    <Page
      actions={
        <Button icon={Plus} kind="primary" onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      }
      title={text.title}
    >
      {self && <p className="mb-4 max-w-2xl px-3 text-ink-2 text-sm">{text.lead(self.name)}</p>}
      {peers.isPending && <RowsLoading label={text.loading} rows={3} />}
      {peers.error && <ErrorNotice error={peers.error} retry={() => void peers.refetch()} />}
      {peers.data && <PeersTable peers={peers.data} />}
      {peers.data?.length === 1 && (
        <p className="mt-4 max-w-2xl px-3 text-ink-3 text-sm">{text.alone}</p>
      )}
      {adding && <AddPeer onClose={() => setAdding(false)} />}
    </Page>
  )
}

function PeersTable({ peers }: { readonly peers: readonly PeerInfo[] }) {
  const { columns } = text
  const head = 'h-8 pr-4 font-normal'
  const number = cx(head, 'text-right max-sm:hidden')
  return (
    <table className="w-full text-left text-sm">
      <thead className="text-ink-3 text-xs">
        <tr className="border-b">
          <th className={cx(head, 'pl-3')}>{columns.name}</th>
          <th className={head}>{columns.state}</th>
          <th className={cx(head, 'max-sm:hidden')}>{columns.since}</th>
          <th className={number}>{columns.roundTrip}</th>
          <th className={cx(number, 'max-md:hidden')}>{columns.clock}</th>
          <th className={number}>{columns.spaces}</th>
          <th className={number}>{columns.load}</th>
          <th className={cx(head, 'max-md:hidden')}>{columns.version}</th>
        </tr>
      </thead>
      <tbody>
        {peers.map((peer) => (
          <PeerRow key={peer.id} peer={peer} />
        ))}
      </tbody>
    </table>
  )
}
