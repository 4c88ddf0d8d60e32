// Claims on their way to the others. One a member: a newer claim drops the older. Those told least often go first,
// and each is told a number of times that grows with the logarithm of the membership (SWIM, section 4.1).

import type { PeerId } from '#protocol/ids.ts'
import type { Claim } from './claim.ts'

interface Item {
  readonly claim: Claim
  readonly bytes: number
  told: number
  readonly order: number
}

export class News {
  readonly #items = new Map<PeerId, Item>()
  readonly #sizeOf: (claim: Claim) => number
  #order = 0

  /** `sizeOf` is the encoded size of one claim, bytes. */
  constructor(sizeOf: (claim: Claim) => number) {
    this.#sizeOf = sizeOf
  }

  get isEmpty(): boolean {
    return this.#items.size === 0
  }

  add(claim: Claim): void {
    this.#order += 1
    const item = { claim, bytes: this.#sizeOf(claim), told: 0, order: this.#order }
    this.#items.set(claim.id, item)
  }

  drop(id: PeerId): void {
    this.#items.delete(id)
  }

  /**
   * As many as fit into `bytes`, told least first, newest first among equals; each counts as told once more and is
   * dropped when it was told `times`. `first` goes before all others and counts for nothing.
   */
  take(bytes: number, times: number, first?: Claim): Claim[] {
    const claims = first ? [first] : []
    let left = bytes - (first ? this.#sizeOf(first) : 0)
    for (const item of this.#byNeed()) {
      if (item.bytes > left || item.claim.id === first?.id) continue
      left -= item.bytes
      claims.push(item.claim)
      item.told += 1
      if (item.told >= times) this.#items.delete(item.claim.id)
    }
    return claims
  }

  #byNeed(): Item[] {
    return [...this.#items.values()].toSorted((a, b) => a.told - b.told || b.order - a.order)
  }
}
