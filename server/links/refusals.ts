// What is written into the log of links that were refused: anyone who reaches the port can be refused as often as he
// likes, and must not fill the disk with it.

import type { Clock } from '../clock.ts'

/** One line for all that were refused meanwhile. */
const LINE_EVERY_MS = 10_000

export class Refusals {
  readonly #clock: Clock
  readonly #write: (details: { reason: string; others: number }) => void
  #lastMs = Number.NEGATIVE_INFINITY
  /** Refused since the last line, and told with the next. */
  #others = 0

  constructor(clock: Clock, write: (details: { reason: string; others: number }) => void) {
    this.#clock = clock
    this.#write = write
  }

  add(reason: string): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#lastMs < LINE_EVERY_MS) {
      this.#others++
      return
    }
    this.#write({ reason, others: this.#others })
    this.#lastMs = nowMs
    this.#others = 0
  }
}
