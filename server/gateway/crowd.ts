// How many connections the gateway holds: in all, of one address, and of people who are not in yet. Pure.

import { bucketOf } from '../identity/limits.ts'

/** Each costs two sockets and some 200 kB, so a gateway full of them half a gigabyte. */
export const MAX_CONNECTIONS = 2000
/** A whole office behind one address, with an editor that opens several. */
export const MAX_PER_ADDRESS = 200
/**
 * Connections whose key is not proved. Beyond it one goes of the address that has most of them, the one that has waited
 * longest: one address that is silent many times over pushes out its own, and an honest login anywhere else goes on. Of
 * addresses with equally many, the oldest goes: an honest login takes a second.
 */
export const MAX_STRANGERS = 200

export interface Entry<T> {
  readonly address: string
  readonly of: T
}

export class Crowd<T> {
  readonly #byAddress = new Map<string, number>()
  /** Oldest first. */
  readonly #strangers = new Set<Entry<T>>()
  #total = 0

  get size(): number {
    return this.#total
  }

  /** The limit that is passed by one more of this address. */
  full(address: string): number | undefined {
    if (this.#total >= MAX_CONNECTIONS) return MAX_CONNECTIONS
    return (this.#byAddress.get(bucketOf(address)) ?? 0) >= MAX_PER_ADDRESS
      ? MAX_PER_ADDRESS
      : undefined
  }

  /** Answers the entry, and the stranger who must go to make room. */
  enter(address: string, of: T): { entry: Entry<T>; evicted?: T } {
    const entry = { address, of }
    const bucket = bucketOf(address)
    this.#total++
    this.#byAddress.set(bucket, (this.#byAddress.get(bucket) ?? 0) + 1)
    this.#strangers.add(entry)
    const spare = this.#strangers.size > MAX_STRANGERS ? this.#spare() : undefined
    if (!spare) return { entry }
    this.#strangers.delete(spare)
    return { entry, evicted: spare.of }
  }

  /** It is no stranger any more. */
  known(entry: Entry<T>): void {
    this.#strangers.delete(entry)
  }

  leave(entry: Entry<T>): void {
    this.#strangers.delete(entry)
    this.#total--
    const bucket = bucketOf(entry.address)
    const left = (this.#byAddress.get(bucket) ?? 1) - 1
    if (left > 0) this.#byAddress.set(bucket, left)
    else this.#byAddress.delete(bucket)
  }

  /** The oldest stranger of the address that has most. */
  #spare(): Entry<T> | undefined {
    const oldestFirst = new Map<string, { oldest: Entry<T>; count: number }>()
    for (const entry of this.#strangers) {
      const bucket = bucketOf(entry.address)
      const { oldest = entry, count = 0 } = oldestFirst.get(bucket) ?? {}
      oldestFirst.set(bucket, { oldest, count: count + 1 })
    }
    const most = Math.max(...[...oldestFirst.values()].map(({ count }) => count))
    return [...oldestFirst.values()].find(({ count }) => count === most)?.oldest
  }
}
