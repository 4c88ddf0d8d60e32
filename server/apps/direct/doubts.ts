// What failed is not tried again for a while: half a minute at first, twice as long each further time.

import type { Clock } from '../../clock.ts'

/** Ms. An app that was just started anew is slow for half a minute at worst, and never out of reach. */
export const FIRST_DOUBT_MS = 30_000
/** Ms. A firewall in the way costs somebody a quarter of a second this often. */
export const LAST_DOUBT_MS = 10 * 60_000
/** About 200 kB; beyond it the oldest is forgotten, and tried again. */
const MAX_DOUBTS = 1000

interface Doubt {
  readonly untilMs: number
  readonly forMs: number
}

export class Doubts {
  readonly #clock: Clock
  readonly #doubts = new Map<string, Doubt>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  has(key: string): boolean {
    const doubt = this.#doubts.get(key)
    return doubt !== undefined && this.#clock.monotonicMs() < doubt.untilMs
  }

  /** What fails while it is doubted already, since several tried at once, is one failure. */
  add(key: string): void {
    if (this.has(key)) return
    const before = this.#doubts.get(key)?.forMs ?? FIRST_DOUBT_MS / 2
    const forMs = Math.min(2 * before, LAST_DOUBT_MS)
    this.#doubts.delete(key)
    this.#doubts.set(key, { untilMs: this.#clock.monotonicMs() + forMs, forMs })
    const [oldest] = this.#doubts.keys()
    if (this.#doubts.size > MAX_DOUBTS && oldest !== undefined) this.#doubts.delete(oldest)
  }

  forget(key: string): void {
    this.#doubts.delete(key)
  }
}
