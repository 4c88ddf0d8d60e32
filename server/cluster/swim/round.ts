// Whom to probe next: every member once in a round, in an order drawn anew for each (SWIM, section 4.3), so that the
// time to the first probe of anyone is bounded and no two peers march in step.

export class Round<T> {
  readonly #random: () => number
  #waiting: T[] = []

  /** `random` gives numbers from 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  /** The next of `candidates` that this round has not had; undefined when there are none at all. */
  next(candidates: readonly T[]): T | undefined {
    const still = new Set(candidates)
    this.#waiting = this.#waiting.filter((one) => still.has(one))
    if (this.#waiting.length === 0) this.#waiting = shuffled(candidates, this.#random)
    return this.#waiting.pop()
  }

  /** Somebody new gets a random place in the round that runs. */
  admit(one: T): void {
    const at = Math.floor(this.#random() * (this.#waiting.length + 1))
    this.#waiting.splice(at, 0, one)
  }
}

/** Fisher–Yates. */
export function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const list = [...all]
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[list[i], list[j]] = [list[j] as T, list[i] as T]
  }
  return list
}
