// The same peers as rows: every figure. On a phone each is a block.

import { Link } from '@tanstack/react-router'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'
import { clockText, namesOf, recordsText, tripText } from './figures.ts'
import { PeerState } from './peer-state.tsx'

const text = words.cluster
const head = 'h-8 pr-4 font-normal'
const figure = 'text-right whitespace-nowrap'

export function PeerTable({ peers }: { readonly peers: readonly PeerInfo[] }) {
  const { columns } = text
  return (
    <table className="w-full text-left text-sm">
      <thead className="text-ink-3 text-xs max-sm:sr-only">
        <tr className="border-b">
          <th className={cx(head, 'pl-3')}>{columns.name}</th>
          <th className={head}>{columns.state}</th>
          <th className={cx(head, 'max-xl:hidden')}>{columns.records}</th>
          <th className={cx(head, figure, 'max-md:hidden')}>{columns.roundTrip}</th>
          <th className={cx(head, figure)}>{columns.clock}</th>
          <th className={cx(head, figure)}>{columns.agents}</th>
          <th className={cx(head, figure)}>{columns.load}</th>
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

function PeerRow({ peer }: { readonly peer: PeerInfo }) {
  const cell = 'py-2 pr-4'
  const number = cx(cell, figure, 'tabular text-ink-2')
  return (
    <tr className="relative border-b align-top hover:bg-hover has-[a:focus-visible]:bg-hover">
      <td className={cx(cell, 'pl-3')}>
        <Name peer={peer} />
      </td>
      <td className={cell}>
        <PeerState peer={peer} />
        <span className="block text-ink-3 text-xs">
          <Moment at={peer.since} />
          {peer.by.id !== peer.id && `, ${text.says(namesOf([peer.by]))}`}
        </span>
      </td>
      <td className={cx(cell, 'text-ink-2 max-xl:hidden')}>{recordsText(peer)}</td>
      <td className={cx(number, 'max-md:hidden')}>{tripText(peer)}</td>
      <td className={cx(number, peer.clock && 'font-medium text-amber', 'max-sm:hidden')}>
        {clockText(peer)}
      </td>
      <td className={cx(number, 'max-sm:hidden')}>{peer.usage?.agents ?? text.none}</td>
      <td className={cx(number, 'max-sm:hidden')}>{peer.load.toFixed(1)}</td>
      <td className={cx(cell, 'text-ink-2 max-md:hidden')}>{peer.version}</td>
    </tr>
  )
}

/** Opens the story; the link covers the row. */
function Name({ peer }: { readonly peer: PeerInfo }) {
  return (
    <>
      <Link
        className="cover font-medium"
        replace
        search={{ peer: peer.id }}
        to="/cluster"
        viewTransition={false}
      >
        {peer.name}
      </Link>
      {peer.isSelf && (
        <span className="ml-2 rounded bg-accent-soft px-1.5 text-accent text-xs">
          {text.thisOne}
        </span>
      )}
      <span className="block text-ink-3 text-xs">
        {[peer.zone, peer.address].filter(Boolean).join(' · ')}
      </span>
      <span className="tabular block text-ink-3 text-xs sm:hidden">
        {text.facts(peer.usage?.agents, peer.load)}
      </span>
    </>
  )
}
