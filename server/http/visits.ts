// Entering a terminal is audited once a visit: a browser that reconnects every second on a bad network shall neither
// fill the audit nor make the disk work.

import type { Clock } from '../clock.ts'

/** Coming back within this time is the same visit. */
const VISIT_MS = 10 * 60 * 1000
/** Beyond it the oldest is forgotten, and merely audited again. */
const MAX_VISITS = 10_000

export class Visits {
  readonly #clock: Clock
  /** When each visit was last audited; oldest first. */
  readonly #begunMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether this begins a visit; then it counts as audited. */
  begins(...who: readonly string[]): boolean {
    const key = who.join(' ')
    const nowMs = this.#clock.monotonicMs()
    const begunMs = this.#begunMs.get(key)
    if (begunMs !== undefined && nowMs - begunMs < VISIT_MS) return false
    this.#begunMs.delete(key)
    this.#begunMs.set(key, nowMs)
    const [oldest] = this.#begunMs.keys()
    if (this.#begunMs.size > MAX_VISITS && oldest !== undefined) this.#begunMs.delete(oldest)
    return true
  }
}
