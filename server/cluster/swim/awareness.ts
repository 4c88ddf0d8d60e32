// How well this peer itself is (Lifeguard, section IV-A): a slow peer doubts itself before it doubts others. Nought is
// well; each point lengthens its deadlines by one period.

import { LAG_POINT_MS, MAX_AWARENESS } from './limits.ts'

export class Awareness {
  #score = 0

  get score(): number {
    return this.#score
  }

  /** What deadlines are multiplied with. */
  get factor(): number {
    return this.#score + 1
  }

  add(points: number): void {
    this.#score = Math.min(MAX_AWARENESS, Math.max(0, this.#score + points))
  }

  /**
   * A probe failed. Relays that answered “nor do I hear it” prove that we are heard; each that stayed silent is a point
   * against us, and so is a failure that no relay could be asked about.
   */
  probeFailed(nacks: { readonly expected: number; readonly received: number }): void {
    this.add(nacks.expected === 0 ? 1 : nacks.expected - nacks.received)
  }

  /** The event loop was late by so much. */
  lagged(ms: number): void {
    this.add(Math.min(3, Math.floor(ms / LAG_POINT_MS)))
  }
}
