// What happened, the newest first: a sentence, when, and who says so.

import type { PeerEvent, PeerInfo } from '#protocol/api/peers.ts'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'
import { namesOf } from './figures.ts'

const text = words.cluster

const tones = {
  good: 'bg-green',
  odd: 'border-2 border-amber',
  bad: 'border-2 border-red',
  plain: 'bg-ink-3',
} as const

function toneOf(event: PeerEvent): keyof typeof tones {
  switch (event.what) {
    case 'state':
      if (event.is === 'alive') return 'good'
      return event.is === 'left' ? 'plain' : 'bad'
    case 'joined':
    case 'returned':
      return 'good'
    case 'rolled-back':
    case 'diverged':
      return 'bad'
    case 'clock':
      return event.aheadMs === 0 ? 'good' : 'odd'
    default:
      return 'plain'
  }
}

export interface Happening {
  /** Named where the list is of several peers. */
  readonly peer?: PeerInfo
  readonly event: PeerEvent
}

interface HappeningsProps {
  readonly list: readonly Happening[]
  readonly onOpen?: (peer: PeerInfo) => void
}

export function Happenings({ list, onOpen }: HappeningsProps) {
  return (
    <ol className="flex flex-col">
      {list.map(({ peer, event }) => (
        <li
          className="relative flex gap-3 pb-4 before:absolute before:top-4 before:bottom-0 before:left-[4.5px] before:w-px before:bg-line last:before:hidden"
          key={`${peer?.id} ${event.what} ${event.at}`}
        >
          <span
            aria-hidden="true"
            className={cx('mt-[5px] size-2.5 shrink-0 rounded-full', tones[toneOf(event)])}
          />
          <div className="min-w-0 text-sm">
            <p>
              {peer && onOpen && (
                <button
                  className="mr-1.5 rounded font-medium hover:underline"
                  onClick={() => onOpen(peer)}
                  type="button"
                >
                  {peer.name}
                </button>
              )}
              <span className="text-ink-2">{text.event(event)}</span>
            </p>
            <p className="text-ink-3 text-xs">
              <Moment at={event.at} /> · {text.says(namesOf(event.by))}
            </p>
          </div>
        </li>
      ))}
    </ol>
  )
}

/** Of all peers together. */
export function latest(peers: readonly PeerInfo[], limit: number): Happening[] {
  return peers
    .flatMap((peer) => peer.story.map((event) => ({ peer, event })))
    .toSorted((a, b) => (a.event.at < b.event.at ? 1 : -1))
    .slice(0, limit)
}
