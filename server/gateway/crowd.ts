// How many connections the gateway holds: in all, of one address, and of people who are not in yet. Pure.

/** Each costs two sockets and some 200 kB, so a gateway full of them half a gigabyte. */
export const MAX_CONNECTIONS = 2000
/** A whole office behind one address, with an editor that opens several. */
export const MAX_PER_ADDRESS = 200
/**
 * Connections whose key is not proved. Beyond it the one that has waited longest is closed: an honest login takes a
 * second, so that the oldest are those who mean to be silent, and many of them lock nobody out.
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
    return (this.#byAddress.get(address) ?? 0) >= MAX_PER_ADDRESS ? MAX_PER_ADDRESS : undefined
  }

  /** Answers the entry, and the stranger who must go to make room. */
  enter(address: string, of: T): { entry: Entry<T>; evicted?: T } {
    const entry = { address, of }
    this.#total++
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1)
    this.#strangers.add(entry)
    const [oldest] = this.#strangers
    if (this.#strangers.size <= MAX_STRANGERS || !oldest) return { entry }
    this.#strangers.delete(oldest)
    return { entry, evicted: oldest.of }
  }

  /** It is no stranger any more. */
  known(entry: Entry<T>): void {
    this.#strangers.delete(entry)
  }

  leave(entry: Entry<T>): void {
    this.#strangers.delete(entry)
    this.#total--
    const left = (this.#byAddress.get(entry.address) ?? 1) - 1
    if (left > 0) this.#byAddress.set(entry.address, left)
    else this.#byAddress.delete(entry.address)
  }
}
