// Whom to try next: everyone once in a round, in an order by chance, so that no two peers march in step.

export class Round<T> {
  readonly #random: () => number
  /** The next is the first; whoever had its turn goes to the end. */
  #queue: T[] = []

  /** `random` gives numbers from 0 to below 1. */
  constructor(random: () => number) {
    this.#random = random
  }

  /** The next of `candidates`; undefined when there are none. Somebody new gets a random place in the round. */
  next(candidates: readonly T[]): T | undefined {
    const still = new Set(candidates)
    this.#queue = this.#queue.filter((one) => still.delete(one))
    for (const one of still) this.#admit(one)
    const one = this.#queue.shift()
    if (one !== undefined) this.#queue.push(one)
    return one
  }

  #admit(one: T): void {
    const at = Math.floor(this.#random() * (this.#queue.length + 1))
    this.#queue.splice(at, 0, one)
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
