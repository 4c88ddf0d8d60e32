// Turns of the event loop for connections that have more to be read than fits into one. They share it: however many
// connections flood, one of them goes on in each turn, and whoever only types waits for one of them and not for all.

export class Turns {
  readonly #waiting: (() => void)[] = []
  #isArranged = false

  /** Calls back in a later turn of the event loop, in which nobody else who waits here is called. */
  next(go: () => void): void {
    this.#waiting.push(go)
    this.#arrange()
  }

  #arrange(): void {
    if (this.#isArranged || this.#waiting.length === 0) return
    this.#isArranged = true
    setImmediate(() => {
      this.#isArranged = false
      const go = this.#waiting.shift()
      this.#arrange()
      go?.()
    })
  }
}

/** Of all connections of this process. */
export const turns = new Turns()
