// One absence of this peer from all others, from the loss of the last line until it has all records again: how long it was
// and what came of it. Pure; whoever drives it says what happens and when.

import type { Merged } from '../replica/delta.ts'

/** A shorter absence in which nothing had to be compared is not worth an entry, ms: a restart takes about that. */
export const MIN_AWAY_MS = 10_000
/** Lines to all others are dialled within this time, ms; what one has another may lack. */
const SETTLE_MS = 4000

export interface Ended {
  /** Undefined for a peer that was never with the others. */
  readonly awayMs: number | undefined
  readonly isCompared: boolean
  readonly changed: number
  readonly deleted: number
}

/** Times are wall times but where they are called monotonic: an absence may begin before this process did. */
export class Absence {
  readonly #sinceMs: number | undefined
  #metMs: number | undefined
  #awayMs: number | undefined
  #isCompared = false
  #comparingWith: string | undefined
  #changed = 0
  #deleted = 0

  /** `sinceMs` is undefined for a peer that was never with others. */
  constructor(sinceMs: number | undefined) {
    this.#sinceMs = sinceMs
  }

  /** A first line to another stands. */
  met(nowMs: number, monotonicMs: number): void {
    this.#metMs ??= monotonicMs
    if (this.#sinceMs !== undefined) this.#awayMs ??= Math.max(0, nowMs - this.#sinceMs)
  }

  merged({ came, went }: Merged): void {
    this.#changed += came
    this.#deleted += went
  }

  comparing(peer: string): void {
    this.#comparingWith = peer
  }

  /** The line to it is gone, and a comparison with it. */
  lost(peer: string): void {
    if (this.#comparingWith === peer) this.#comparingWith = undefined
  }

  compared(): void {
    this.#comparingWith = undefined
    this.#isCompared = true
  }

  /** Undefined as long as it goes on. `isLevel`: everything is here that anybody with a line has said to have. */
  ended(monotonicMs: number, isLevel: boolean): Ended | undefined {
    if (this.#metMs === undefined || !isLevel || this.#comparingWith !== undefined) return undefined
    if (monotonicMs - this.#metMs < SETTLE_MS) return undefined
    return {
      awayMs: this.#awayMs,
      isCompared: this.#isCompared,
      changed: this.#changed,
      deleted: this.#deleted,
    }
  }
}

export const isWorthTelling = ({ awayMs, isCompared, changed }: Ended): boolean =>
  awayMs === undefined ? changed > 0 : awayMs >= MIN_AWAY_MS || isCompared
