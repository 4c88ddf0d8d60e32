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

  /** The oldest pieces, together not more than `most` bytes; none when there are none. */
  take(most: number): Buffer[] {
    const taken: Buffer[] = []
    let left = most
    while (left > 0) {
      if (this.#pages.length === 0) this.#closePage()
      const first = this.#pages[0]
      if (!first) break
      const piece = first.subarray(0, left)
      if (piece.length === first.length) this.#pages.shift()
      else this.#pages[0] = first.subarray(left)
      left -= piece.length
      this.#bytes -= piece.length
      taken.push(piece)
    }
    return taken
  }

  #closePage(): void {
    if (this.#page && this.#filled > 0) this.#pages.push(this.#page.subarray(0, this.#filled))
    this.#page = undefined
    this.#filled = 0
  }
}
