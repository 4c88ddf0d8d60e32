// How fast one end may make another work: so many items a second, and whoever brings more waits, unread.

export class Pace {
  readonly #perSecond: number
  #beganMs: number
  #items = 0

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#beganMs = nowMs
  }

  /** Counts items that came at `nowMs` (monotonic). Answers how long to wait before the next, milliseconds. */
  count(items: number, nowMs: number): number {
    // A quiet time is not saved up: at most one second's worth may come at once.
    if (nowMs - this.#beganMs >= 1000 * (this.#items / this.#perSecond + 1)) {
      this.#beganMs = nowMs
      this.#items = 0
    }
    this.#items += items
    const excess = this.#items - this.#perSecond
    return Math.max(0, this.#beganMs + (1000 * excess) / this.#perSecond - nowMs)
  }
}
