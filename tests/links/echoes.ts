// Round trips of a single byte, as keystrokes are: one every few milliseconds, each timed.

import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { LinkStream } from '../../server/links/streams.ts'

/** About as fast as keys can repeat; more would be load of its own, ms. */
const BETWEEN_MS = 3

export interface Echoes {
  readonly p99Ms: number
  readonly maxMs: number
  readonly count: number
}

/** Types into an echo stream for `forMs`. */
export async function echoes({ duplex }: LinkStream, forMs: number): Promise<Echoes> {
  const times: number[] = []
  const endMs = performance.now() + forMs
  while (performance.now() < endMs) {
    const beganMs = performance.now()
    duplex.write('x')
    await once(duplex, 'data')
    times.push(performance.now() - beganMs)
    await pause(BETWEEN_MS)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Infinity
  return { p99Ms: at(0.99), maxMs: at(1), count: times.length }
}
