// The story of one peer: how it is and who says so, what is out of order and what to do, and what happened.

import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Host } from '#protocol/api/hosts.ts'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { bytes, percent } from '../format/quantity.ts'
import { cx } from '../parts/class.ts'
import { Copy } from '../parts/copy.tsx'
import { Drawer } from '../parts/drawer.tsx'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'
import { type Condition, conditionsOf } from './conditions.ts'
import { DutyButton } from './duty-button.tsx'
import { clockText, namesOf, recordsText, tripText } from './figures.ts'
import { Happenings } from './happenings.tsx'
import { PeerState } from './peer-state.tsx'

const text = words.cluster

interface PeerDrawerProps {
  readonly peer: PeerInfo
  readonly hosts: readonly Host[]
  readonly ours: string
  readonly onClose: () => void
}

export function PeerDrawer({ peer, hosts, ours, onClose }: PeerDrawerProps) {
  const conditions = conditionsOf(peer, ours)
  return (
    <Drawer
      lead={
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-ink-3 text-sm">
          <PeerState peer={peer} />
          <Moment at={peer.since} />
          {peer.by.id !== peer.id && <span>{text.says(namesOf([peer.by]))}</span>}
          {peer.isSelf && <span>{text.thisOne}</span>}
        </p>
      }
      onClose={onClose}
      title={peer.name}
    >
      <DutyButton peer={peer} />
      {conditions.length > 0 && (
        <div className="mb-5 flex flex-col gap-2">
          {conditions.map((condition) => (
            <ConditionNote condition={condition} key={condition.title} />
          ))}
        </div>
      )}
      <h3 className="mb-2 font-medium text-ink-3 text-xs">{text.story.title}</h3>
      {peer.story.length > 0 ? (
        <Happenings list={peer.story.map((event) => ({ event }))} />
      ) : (
        <p className="mb-4 text-ink-2 text-sm">{text.story.nothing}</p>
      )}
      <h3 className="mt-3 mb-1 font-medium text-ink-3 text-xs">{text.story.facts}</h3>
      <Facts hosts={hosts} peer={peer} />
    </Drawer>
  )
}

const tones = { red: 'bg-red-soft', amber: 'bg-amber-soft', plain: 'bg-sunken' } as const

export function ConditionNote({ condition }: { readonly condition: Condition }) {
  return (
    <div className={cx('rounded-md px-3 py-2 text-sm', tones[condition.tone])}>
      <p className="font-medium">{condition.title}</p>
      <p className="text-ink-2">{condition.text}</p>
    </div>
  )
}

function Facts({ peer, hosts }: Pick<PeerDrawerProps, 'peer' | 'hosts'>) {
  const { columns, story } = text
  const { usage, url, zone, origin } = peer
  const driven = hosts.filter(({ driver }) => driver?.id === peer.id)
  return (
    <dl className="text-sm">
      <Fact name={columns.version}>{peer.version}</Fact>
      <Fact name={columns.records}>{recordsText(peer)}</Fact>
      <Fact name={columns.clock}>{clockText(peer)}</Fact>
      <Fact name={columns.roundTrip}>{tripText(peer)}</Fact>
      <Fact name={columns.load}>{peer.load.toFixed(2)}</Fact>
      {driven.length > 0 && <Fact name={story.hosts}>{namesOf(driven)}</Fact>}
      {usage && <Fact name={story.agents}>{usage.agents}</Fact>}
      {usage && <Fact name={story.terminals}>{usage.terminals}</Fact>}
      {usage && <Fact name={story.cpu}>{percent(usage.cpuPercent)}</Fact>}
      {usage && <Fact name={story.memory}>{bytes(usage.memoryBytes)}</Fact>}
      {zone && <Fact name={story.zone}>{zone}</Fact>}
      {url && (
        <Fact name={story.url}>
          <a className="inline-flex items-center gap-1 hover:underline" href={url} rel="noreferrer">
            <span className="truncate">{url.replace(/^https?:\/\//, '')}</span>
            <ExternalLink aria-hidden="true" className="shrink-0 text-ink-3" size={13} />
          </a>
        </Fact>
      )}
      <Fact name={story.address}>
        <Copy label={story.copyAddress} text={peer.address} />
      </Fact>
      {origin && (
        <Fact name={story.origin}>
          <Copy label={story.copyOrigin} text={origin} />
        </Fact>
      )}
      <Fact name={story.id}>
        <Copy label={story.copyId} short={`${peer.id.slice(0, 13)}…`} text={peer.id} />
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-h-11 items-center justify-between gap-4 border-b last:border-b-0 sm:min-h-8">
      <dt className="shrink-0 text-ink-3">{name}</dt>
      <dd className="tabular min-w-0 text-right sm:truncate">{children}</dd>
    </div>
  )
}
