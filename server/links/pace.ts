// How fast what an agent says is listened to. Who says more waits: its words stay in the windows of its own stream, and
// an honest agent then says the newest state only.

import type { Clock } from '../clock.ts'

const SECOND_MS = 1000

export class Pace {
  readonly #perSecond: number
  readonly #clock: Clock
  #beganMs: number
  #taken = 0

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#beganMs = clock.monotonicMs()
  }

  /** Resolves when the next may be taken. Rejects with the signal's reason. */
  async next(signal: AbortSignal): Promise<void> {
    if (this.#taken >= this.#perSecond) {
      const leftMs = this.#beganMs + SECOND_MS - this.#clock.monotonicMs()
      if (leftMs > 0) await this.#clock.delay(leftMs, signal)
    }
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#beganMs >= SECOND_MS) {
      this.#beganMs = nowMs
      this.#taken = 0
    }
    this.#taken++
  }
}
