// The cluster as the peer that serves this page sees it: a picture, what is out of order, what happened lately, every figure.
// For administrators.

import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Host } from '#protocol/api/hosts.ts'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { usePeers } from '../api/peers.ts'
import { useHosts } from '../api/people.ts'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { words } from '../words.ts'
import { conditionsOf } from './conditions.ts'
import { Happenings, latest } from './happenings.tsx'
import { JoinPeer } from './join-peer.tsx'
import { ConditionNote, PeerDrawer } from './peer-drawer.tsx'
import { PeerPicture } from './peer-picture.tsx'
import { PeerTable } from './peer-table.tsx'

const text = words.cluster
const route = getRouteApi('/frame/cluster')
/** Events beside the picture: about as high as it and its rows are. */
const LATELY = 10

export function ClusterPage() {
  const peers = usePeers()
  const hosts = useHosts(true)
  const [joining, setJoining] = useState(false)
  const self = peers.data?.find(({ isSelf }) => isSelf)
  return (
    <Page
      actions={
        <Button icon={Plus} kind="primary" onClick={() => setJoining(true)}>
          {text.join.action}
        </Button>
      }
      title={text.title}
      {...(self && { lead: text.lead(self.name) })}
    >
      {peers.isPending && <Loading label={text.loading} />}
      {peers.error && <ErrorNotice error={peers.error} retry={() => void peers.refetch()} />}
      {peers.data && <Cluster hosts={hosts.data ?? []} peers={peers.data} />}
      {joining && <JoinPeer onClose={() => setJoining(false)} />}
    </Page>
  )
}

interface ClusterProps {
  readonly peers: readonly PeerInfo[]
  readonly hosts: readonly Host[]
}

function Cluster({ peers, hosts }: ClusterProps) {
  const { peer: selected } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (id: string | undefined) => void navigate({ search: { peer: id }, replace: true })
  const ordered = peers.toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
  const present = ordered.filter(({ state }) => state !== 'left')
  const ours = peers.find(({ isSelf }) => isSelf)?.version ?? ''
  const shown = ordered.find(({ id }) => id === selected)
  const happenings = latest(ordered, LATELY)
  // Each says how many run in the whole cluster, as far as it has heard.
  const spaces = Math.max(0, ...present.map((peer) => peer.spaces))
  return (
    <>
      <p className="tabular mb-3 text-ink-3 text-sm">
        {text.sum(present.length, hosts.length, spaces)}
      </p>
      <div className="grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <div className="min-w-0">
          <PeerPicture
            hosts={hosts}
            onOpen={({ id }) => open(id)}
            ours={ours}
            peers={present}
            selected={shown?.id}
          />
          {peers.length === 1 && (
            <div className="mx-auto max-w-md text-center">
              <h2 className="font-semibold text-base">{text.alone.title}</h2>
              <p className="mt-1 text-pretty text-ink-2 text-sm">{text.alone.text}</p>
            </div>
          )}
        </div>
        {/* Beside both: what comes and goes here moves neither the picture nor the rows. */}
        <div className="lg:row-span-2">
          <Conditions onOpen={open} ours={ours} peers={present} />
          <h2 className="mb-3 font-semibold text-base">{text.story.lately}</h2>
          {happenings.length > 0 ? (
            <Happenings list={happenings} onOpen={({ id }) => open(id)} />
          ) : (
            <p className="text-ink-2 text-sm">{text.story.quiet}</p>
          )}
        </div>
        <div className="min-w-0">
          <PeerTable peers={ordered} />
        </div>
      </div>
      {shown && (
        <PeerDrawer hosts={hosts} onClose={() => open(undefined)} ours={ours} peer={shown} />
      )}
    </>
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

interface ConditionsProps {
  readonly peers: readonly PeerInfo[]
  readonly ours: string
  readonly onOpen: (id: string) => void
}

/** What asks for somebody to act; a peer that is merely doubted, or of another version, does not. */
function Conditions({ peers, ours, onOpen }: ConditionsProps) {
  const all = peers.flatMap((peer) =>
    conditionsOf(peer, ours)
      .filter(({ tone, title }) => tone !== 'plain' && title !== text.states.suspect)
      .map((condition) => ({ peer, condition })),
  )
  if (all.length === 0) return null
  return (
    <ul className="mb-6 flex flex-col gap-2">
      {all.map(({ peer, condition }) => (
        <li key={`${peer.id} ${condition.title}`}>
          <button
            className="block w-full rounded-md text-left"
            onClick={() => onOpen(peer.id)}
            type="button"
          >
            <ConditionNote
              condition={{ ...condition, title: `${peer.name}: ${lower(condition.title)}` }}
            />
          </button>
        </li>
      ))}
    </ul>
  )
}

const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)
