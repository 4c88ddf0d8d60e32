// When a wish for a space has come true. Pure: before and now are the space as the server showed it.

import type { RemoteSpace } from './answers.ts'

export type Wish = 'start' | 'stop' | 'restart' | 'delete'
export type Arrival = 'waiting' | 'done' | 'failed'

type Seen = Pick<RemoteSpace, 'state' | 'since'>

/** `now` is undefined once there is no such space; `before` when there was none before the wish. */
export function arrival(wish: Wish, before: Seen | undefined, now: Seen | undefined): Arrival {
  if (!now) return wish === 'delete' ? 'done' : 'failed'
  const moved = now.since !== before?.since
  // A failure of earlier is not this wish's.
  if (now.state === 'failed' && moved) return 'failed'
  if (wish === 'delete') return 'waiting'
  if (wish === 'stop') return now.state === 'stopped' ? 'done' : 'waiting'
  if (now.state !== 'running') return 'waiting'
  return wish === 'start' || moved ? 'done' : 'waiting'
}
