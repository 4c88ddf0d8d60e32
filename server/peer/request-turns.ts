// When requests are begun. One turn of the event loop may bring one of each of a hundred connections; begun one behind the
// other they hold up everybody's keystrokes. So a turn begins what fits into half a millisecond, and the rest waits for the
// next ones, in the order in which it came. What other connections have brought meanwhile has its turn in between.

/** Of one turn, milliseconds: some eight requests to apps. */
const TURN_MS = 0.5

export class RequestTurns {
  readonly #waiting: (() => void)[] = []
  readonly #later: (go: () => void) => unknown
  readonly #nowMs: () => number
  /** Of the next one in `waiting`: shifting each would move all the others. */
  #at = 0
  #isArranged = false

  constructor(
    later: (go: () => void) => unknown = setImmediate,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#later = later
    this.#nowMs = nowMs
  }

  /** Begins it in a later turn. `begin` does not throw. */
  add(begin: () => void): void {
    this.#waiting.push(begin)
    this.#arrange()
  }

  #arrange(): void {
    if (this.#isArranged || this.#at === this.#waiting.length) return
    this.#isArranged = true
    this.#later(() => this.#turn())
  }

  #turn(): void {
    const endMs = this.#nowMs() + TURN_MS
    do this.#waiting[this.#at++]?.()
    while (this.#at < this.#waiting.length && this.#nowMs() < endMs)
    if (this.#at === this.#waiting.length) {
      this.#waiting.length = 0
      this.#at = 0
    }
    this.#isArranged = false
    this.#arrange()
  }
}
