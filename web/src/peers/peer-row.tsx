// One peer: who it is, what is held of it and by whom, and how far away it is.

import type { PeerInfo, PeerRecords, PeerViewState } from '#protocol/api/peers.ts'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'

const text = words.peers
/** Closer than this two clocks are the same for whoever reads times, ms. */
const EXACT_MS = 5

const tones: Record<PeerViewState, { readonly words: string; readonly dot: string }> = {
  alive: { words: 'text-ink-2', dot: 'bg-green' },
  suspect: { words: 'text-amber', dot: 'border border-amber' },
  unreachable: { words: 'text-red', dot: 'border border-red' },
  dead: { words: 'text-red', dot: 'bg-red' },
  left: { words: 'text-ink-3', dot: 'border border-line-strong' },
  refused: { words: 'text-red', dot: 'bg-red' },
}

export function PeerRow({ peer }: { readonly peer: PeerInfo }) {
  const number = 'tabular py-2 pr-4 text-right text-ink-2 max-sm:hidden'
  return (
    <tr className="border-b align-top hover:bg-hover">
      <td className="py-2 pr-4 pl-3">
        <Name peer={peer} />
      </td>
      <td className="py-2 pr-4">
        <State peer={peer} />
      </td>
      <td className="tabular py-2 pr-4 text-ink-2 max-sm:hidden">
        <Moment at={peer.since} />
      </td>
      <td className={number}>
        {peer.roundTripMs === undefined ? dash : `${peer.roundTripMs.toFixed(1)} ms`}
      </td>
      <td className={cx(number, 'max-md:hidden')}>{clock(peer)}</td>
      <td className={number}>{peer.spaces}</td>
      <td className={number}>{peer.load.toFixed(1)}</td>
      <td className="py-2 pr-4 text-ink-2 max-md:hidden">{peer.version}</td>
    </tr>
  )
}

const NEWS_MS = 24 * 3_600_000
const dash = '–'

function Name({ peer }: { readonly peer: PeerInfo }) {
  const isElsewhere = peer.url !== undefined && !peer.isSelf
  return (
    <>
      <span className="font-medium">
        {isElsewhere ? (
          <a className="hover:underline" href={peer.url} rel="noreferrer">
            {peer.name}
          </a>
        ) : (
          peer.name
        )}
      </span>
      {peer.isSelf && (
        <span className="ml-2 rounded bg-sunken px-1.5 text-ink-2 text-xs">{text.thisOne}</span>
      )}
      <span className="block text-ink-3 text-xs">
        {[peer.zone, text.hosts(peer.hosts), peer.address].filter(Boolean).join(' · ')}
      </span>
    </>
  )
}

function State({ peer }: { readonly peer: PeerInfo }) {
  const { state, by, isSelf } = peer
  const tone = tones[state]
  const isOwnWord = by.id === peer.id
  return (
    <span className={cx('block', tone.words)} title={text.hints[state]}>
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className={cx('size-2 shrink-0 rounded-full', tone.dot)} />
        {isSelf && state === 'alive' ? text.here : text.states[state]}
      </span>
      {peer.records && <span className="block text-ink-3 text-xs">{recordsOf(peer.records)}</span>}
      {!isOwnWord && <span className="block text-ink-3 text-xs">{text.says(by.name)}</span>}
    </span>
  )
}

/** What happened is told for as long as it is news: until the records are the same again and a day is over. */
function recordsOf({ isLevel, told, at }: PeerRecords): string {
  const isNews = at !== undefined && Date.now() - Date.parse(at) < NEWS_MS
  if (told !== undefined && isNews) return text.records[told]
  return isLevel ? text.records.level : text.records.behind
}

function clock({ clockOffsetMs }: PeerInfo): string {
  if (clockOffsetMs === undefined) return dash
  const ms = Math.round(Math.abs(clockOffsetMs))
  if (ms < EXACT_MS) return text.exact
  return clockOffsetMs > 0 ? text.ahead(String(ms)) : text.behind(String(ms))
}
