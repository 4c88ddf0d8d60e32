// Shares the event loop between the screens that have output to parse and everything else: a few milliseconds a
// turn, one slice after another, so that one terminal's flood delays no other terminal's echo by more than a turn.

/** How long parsing may hold the loop, ms. An echo under a flood waits for about two turns. */
const TURN_MS = 4

export interface Parser {
  /** Parses one slice; true while there is more. */
  parseSlice(): boolean
}

export class ParseTurns {
  readonly #waiting = new Set<Parser>()
  readonly #now: () => number
  readonly #soon: (run: () => void) => void
  #scheduled = false

  /** `now` is monotonic ms; `soon` runs after pending I/O (setImmediate). */
  constructor(now: () => number, soon: (run: () => void) => void = setImmediate) {
    this.#now = now
    this.#soon = soon
  }

  want(parser: Parser): void {
    this.#waiting.add(parser)
    this.#schedule()
  }

  has(parser: Parser): boolean {
    return this.#waiting.has(parser)
  }

  drop(parser: Parser): void {
    this.#waiting.delete(parser)
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.size === 0) return
    this.#scheduled = true
    this.#soon(() => {
      this.#scheduled = false
      this.#turn()
      this.#schedule()
    })
  }

  #turn(): void {
    const until = this.#now() + TURN_MS
    // A set is walked in the order of insertion, and what is added during the walk comes last: a round robin.
    for (const parser of this.#waiting) {
      this.#waiting.delete(parser)
      if (parser.parseSlice()) this.#waiting.add(parser)
      if (this.#now() >= until) return
    }
  }
}
