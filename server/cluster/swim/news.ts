// Claims on their way to the others. What is newly believed of a member drops what was told of it before; who shares a
// doubt is told beside it. Those told least often go first, and each is told a number of times that grows with the
// logarithm of the membership (SWIM, section 4.1).

import type { Claim } from './claim.ts'

interface Item {
  readonly claim: Claim
  readonly bytes: number
  told: number
  readonly order: number
}

export class News {
  readonly #sizeOf: (claim: Claim) => number
  #items: Item[] = []
  #order = 0

  /** `sizeOf` is the encoded size of one claim, bytes. */
  constructor(sizeOf: (claim: Claim) => number) {
    this.#sizeOf = sizeOf
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  /** What is believed of a member from now on. */
  add(claim: Claim): void {
    this.#items = this.#items.filter((item) => item.claim.id !== claim.id)
    this.addBeside(claim)
  }

  /** The same by somebody else: were it told instead, the doubt of whoever hears it first would never be told. */
  addBeside(claim: Claim): void {
    this.#order += 1
    this.#items.push({ claim, bytes: this.#sizeOf(claim), told: 0, order: this.#order })
  }

  /**
   * As many as fit into `bytes`, told least first, newest first among equals. `first` goes before all others, which
   * leave its member out.
   */
  pick(bytes: number, first?: Claim): Claim[] {
    const claims = first ? [first] : []
    let left = bytes - (first ? this.#sizeOf(first) : 0)
    for (const item of this.#byNeed()) {
      if (item.bytes > left || item.claim.id === first?.id) continue
      left -= item.bytes
      claims.push(item.claim)
    }
    return claims
  }

  /** Each counts as told once more, and is dropped when it was told `times`. */
  told(claims: readonly Claim[], times: number): void {
    const said = new Set(claims)
    for (const item of this.#items) if (said.has(item.claim)) item.told += 1
    this.#items = this.#items.filter((item) => item.told < times)
  }

  #byNeed(): Item[] {
    return this.#items.toSorted((a, b) => a.told - b.told || b.order - a.order)
  }
}
