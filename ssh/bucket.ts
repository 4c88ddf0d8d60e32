// A budget that fills up with time: so much a second, with so much saved up.

export class Bucket {
  readonly #perSecond: number
  readonly #most: number
  readonly #nowMs: () => number
  #left: number
  #lastMs: number

  constructor(perSecond: number, most: number, nowMs: () => number) {
    this.#perSecond = perSecond
    this.#most = most
    this.#nowMs = nowMs
    this.#left = most
    this.#lastMs = nowMs()
  }

  /** Adds what was earned by other means than time. */
  earn(amount: number): void {
    this.#left = Math.min(this.#most, this.#left + amount)
  }

  /** False when nothing is left. */
  take(): boolean {
    const nowMs = this.#nowMs()
    this.earn(((nowMs - this.#lastMs) / 1000) * this.#perSecond)
    this.#lastMs = nowMs
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
