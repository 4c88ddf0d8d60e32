// Chance from a seed. A tree of generators: each part of the simulation draws from its own, so that one more draw in
// one part shifts no other.

/** Numbers from 0 to below 1, the same for the same seed. */
export class Chance {
  readonly #seed: number
  #a: number
  #b: number
  #c: number
  #d = 1
  #children = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#a = Math.imul(seed, 0x9e3779b1) | 0
    this.#b = (seed ^ 0x85ebca6b) | 0
    this.#c = Math.imul(seed + 1, 0xc2b2ae35) | 0
    for (let i = 0; i < 12; i++) this.next()
  }

  /** Chris Doty-Humphrey's sfc32. */
  readonly next = (): number => {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    this.#c |= 0
    return (t >>> 0) / 2 ** 32
  }

  /** A generator of its own for a part. */
  split(): Chance {
    this.#children += 1
    return new Chance(Math.imul(this.#seed + this.#children, 0x27d4eb2f) ^ this.#children)
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least)
  }

  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1))
  }

  hits(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(all: readonly T[]): T {
    const one = all[Math.floor(this.next() * all.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
}
