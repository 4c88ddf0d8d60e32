// The newest bytes of a numbered stream. Everybody who reads it (each viewer, the screen) is only a position, so a
// byte is kept once however many watch.

/** What a stream keeps by default, bytes: a viewer that is away for that much output gets exactly what it missed. */
export const RING_BYTES = 1024 * 1024
/** What a ring begins with, bytes; it doubles as output comes, since most terminals never fill one. */
const FIRST_RING_BYTES = 16 * 1024

export class OutRing {
  #capacity: number
  #bytes: Uint8Array
  #start = 0
  #end = 0

  constructor(capacityBytes: number = RING_BYTES) {
    this.#capacity = capacityBytes
    this.#bytes = new Uint8Array(Math.min(FIRST_RING_BYTES, capacityBytes))
  }

  /** The oldest position that is kept. */
  get start(): number {
    return this.#start
  }

  /** The position after the newest byte. */
  get end(): number {
    return this.#end
  }

  get capacityBytes(): number {
    return this.#capacity
  }

  /** Memory that is taken, bytes. */
  get allocatedBytes(): number {
    return this.#bytes.length
  }

  holds(position: number): boolean {
    return position >= this.#start && position <= this.#end
  }

  append(bytes: Uint8Array): void {
    this.#grow(this.#end - this.#start + bytes.length)
    const size = this.#bytes.length
    const kept = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes
    const at = (this.#end + bytes.length - kept.length) % size
    const first = Math.min(kept.length, size - at)
    this.#bytes.set(kept.subarray(0, first), at)
    this.#bytes.set(kept.subarray(first), 0)
    this.#end += bytes.length
    this.#start = Math.max(this.#start, this.#end - size)
  }

  /** The bytes from one position to another as at most two views; they hold until the next `append` or `trim`. */
  views(from: number, to: number): Uint8Array[] {
    if (from < this.#start || to > this.#end || from > to) {
      throw new RangeError(`${from} to ${to} of ${this.#start} to ${this.#end}`)
    }
    if (from === to) return []
    const size = this.#bytes.length
    const at = from % size
    const first = this.#bytes.subarray(at, Math.min(size, at + to - from))
    const rest = to - from - first.length
    return rest === 0 ? [first] : [first, this.#bytes.subarray(0, rest)]
  }

  /** A copy of the bytes from one position to another. */
  read(from: number, to: number): Uint8Array {
    const copy = new Uint8Array(Math.max(0, to - from))
    this.copy(from, to, copy, 0)
    return copy
  }

  /** Copies the bytes from one position to another into `target`, from `at` on. */
  copy(from: number, to: number, target: Uint8Array, at: number): void {
    const [first, second] = this.views(from, to)
    if (first) target.set(first, at)
    if (first && second) target.set(second, at + first.length)
  }

  /** Gives memory back: keeps the newest `bytes` (at least one block), and grows again when more output comes. */
  trim(bytes: number): void {
    const size = Math.min(Math.max(bytes, FIRST_RING_BYTES), this.#capacity)
    if (size < this.#bytes.length) this.#reallocate(size)
  }

  #grow(bytes: number): void {
    let size = this.#bytes.length
    while (size < bytes && size < this.#capacity) size = Math.min(this.#capacity, size * 2)
    if (size > this.#bytes.length) this.#reallocate(size)
  }

  #reallocate(size: number): void {
    const from = Math.max(this.#start, this.#end - size)
    const kept = this.read(from, this.#end)
    this.#bytes = new Uint8Array(size)
    this.#start = from
    this.#end = from
    if (kept.length > 0) this.append(kept)
  }
}
