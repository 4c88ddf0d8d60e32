// Turns for connections that have more to be read than fits into one. They share them: however many connections flood,
// one of them goes on at a time, and whoever only types waits for one of them and not for all. Between two turns there is a
// pause, so that floods together take a third of a processor at most, however many people send them (pace.ts keeps each
// below that): what everybody else's keystrokes pass through needs the rest.

/** Between two turns, milliseconds: twice as long as a turn (wire.ts). */
const PAUSE_MS = 2

export class Turns {
  readonly #waiting: (() => void)[] = []
  readonly #later: (go: () => void) => unknown
  #isArranged = false

  /** `later` calls back once, after a pause. */
  constructor(later: (go: () => void) => unknown = (go) => setTimeout(go, PAUSE_MS)) {
    this.#later = later
  }

  /** Calls back in a later turn, in which nobody else who waits here is called. */
  next(go: () => void): void {
    this.#waiting.push(go)
    this.#arrange()
  }

  #arrange(): void {
    if (this.#isArranged || this.#waiting.length === 0) return
    this.#isArranged = true
    this.#later(() => {
      const go = this.#waiting.shift()
      go?.()
      this.#isArranged = false
      this.#arrange()
    })
  }
}

/** Of all connections of this process. */
export const turns = new Turns()
