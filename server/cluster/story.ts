// What happened to one peer, out of the audit's entries about it. Several peers see the same thing and each writes it down;
// here it is one event. Pure.

import { z } from 'zod'
import { CLOCK_TOLD_MS, type PeerDeed, type PeerEvent } from '#protocol/api/peers.ts'
import type { StreamBodies } from '../records/kinds.ts'

/** What several say within this time is one thing, ms: a verdict takes some seconds to go round. */
const TOGETHER_MS = 30_000
/** Events of one peer that the page tells. */
export const MAX_EVENTS = 20

export interface Told {
  readonly at: number
  readonly body: StreamBodies['audit']
}

const count = z.number().nonnegative()
const gone = ['unreachable', 'dead', 'left'] as const
const isGone = (state: string): boolean => (gone as readonly string[]).includes(state)

const stateSchema = z.object({ was: z.string(), is: z.string() })
const readers: Readonly<Record<string, (detail: unknown) => PeerDeed | undefined>> = {
  'peer.state': (detail) => {
    const { data } = stateSchema.safeParse(detail)
    if (data?.is === 'alive') return isGone(data.was) ? { what: 'state', is: 'alive' } : undefined
    const is = gone.find((state) => state === data?.is)
    return is && { what: 'state', is }
  },
  'peer.joined': reader('joined', z.object({ changed: count })),
  'peer.returned': reader(
    'returned',
    z.object({ awayMs: count, isCompared: z.boolean(), changed: count, deleted: count }),
  ),
  'peer.restored': reader('restored', z.object({ takenAt: z.iso.datetime() })),
  'peer.rolled-back': () => ({ what: 'rolled-back' }),
  'records.diverged': () => ({ what: 'diverged' }),
  'peer.clock': reader('clock', z.object({ aheadMs: z.number() })),
  'peer.version': reader('version', z.object({ was: z.string(), is: z.string() })),
}

/** The newest first. What a peer tells whose clock is ahead waits until its time has come, as its values do. */
export function storyOf(entries: readonly Told[], nowMs: number): PeerEvent[] {
  const story: (PeerEvent & { readonly ms: number })[] = []
  const due = entries.filter(({ at }) => at <= nowMs + CLOCK_TOLD_MS)
  for (const { at: ms, body } of due.toSorted((a, b) => b.at - a.at)) {
    const deed = readers[body.action]?.(body.detail)
    if (!deed) continue
    const { id, name } = body.actor
    const by = { id, name }
    const same = story.find((event) => event.ms - ms < TOGETHER_MS && isSame(event, deed))
    if (!same) story.push({ ...deed, at: new Date(ms).toISOString(), by: [by], ms })
    else if (!same.by.some((one) => one.id === id)) {
      // The first to have seen it says when it was.
      story[story.indexOf(same)] = {
        ...same,
        at: new Date(ms).toISOString(),
        by: [by, ...same.by],
      }
    }
  }
  const told = story.filter((event, i) => !isUncalledFor(event, story.slice(i + 1)))
  return told.slice(0, MAX_EVENTS).map(({ ms: _, ...event }) => event)
}

/** A clock is only right again that was said to be wrong. */
function isUncalledFor(event: PeerEvent, before: readonly PeerEvent[]): boolean {
  if (event.what !== 'clock' || event.aheadMs !== 0) return false
  return !before.some((other) => other.what === 'clock' && other.aheadMs !== 0)
}

/** Of what only the peer itself tells each entry is an event of its own. */
function isSame(event: PeerEvent, deed: PeerDeed): boolean {
  if (event.what === 'state' && deed.what === 'state') return event.is === deed.is
  if (event.what === 'clock' && deed.what === 'clock') {
    return Math.sign(event.aheadMs) === Math.sign(deed.aheadMs)
  }
  if (event.what === 'version' && deed.what === 'version') return event.is === deed.is
  return event.what === deed.what && (deed.what === 'rolled-back' || deed.what === 'diverged')
}

function reader<W extends PeerDeed['what']>(what: W, schema: z.ZodObject) {
  return (detail: unknown): PeerDeed | undefined => {
    const { data } = schema.safeParse(detail)
    return data && ({ what, ...data } as unknown as PeerDeed)
  }
}
