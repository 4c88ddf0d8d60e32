// What a client sent and nobody has taken yet. Small pieces are copied together: ssh2 hands out views on what it read, so
// one byte could hold 64 kB alive, and two million objects cost more than the two megabytes that they carry.

/** Pieces below this are copied, bytes: what is kept as a view then holds at most four times its own size. */
const COPY_BELOW_BYTES = 16 * 1024
const PAGE_BYTES = 32 * 1024

export class Inbox {
  #pages: Buffer[] = []
  #page: Buffer | undefined
  /** Filled bytes of the page that is being filled. */
  #filled = 0
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  push(piece: Buffer): void {
    this.#bytes += piece.length
    if (piece.length >= COPY_BELOW_BYTES) {
      this.#closePage()
      this.#pages.push(piece)
      return
    }
    if (this.#page && this.#filled + piece.length > PAGE_BYTES) this.#closePage()
    this.#page ??= Buffer.allocUnsafe(PAGE_BYTES)
    this.#filled += piece.copy(this.#page, this.#filled)
  }

  /** The oldest bytes, not more than `most`; undefined when there are none. */
  take(most: number): Buffer | undefined {
    if (this.#pages.length === 0) this.#closePage()
    const first = this.#pages[0]
    if (!first) return undefined
    const taken = first.subarray(0, most)
    if (taken.length === first.length) this.#pages.shift()
    else this.#pages[0] = first.subarray(most)
    this.#bytes -= taken.length
    return taken
  }

  #closePage(): void {
    if (this.#page && this.#filled > 0) this.#pages.push(this.#page.subarray(0, this.#filled))
    this.#page = undefined
    this.#filled = 0
  }
}
