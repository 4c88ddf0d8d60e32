// Which position a viewer has drawn up to. Output moves the position byte for byte; a snapshot counts only when
// it is drawn whole, since its bytes are not the stream's.

/** An ack goes out each time this many bytes were drawn: a quarter of the credit, so that output never waits. */
export const ACK_EVERY_BYTES = 64 * 1024

interface Piece {
  left: number
  /** The position once the piece is drawn. */
  readonly end: number
  /** `old`: of a process that is gone; it is drawn, and counts for nothing. */
  readonly kind: 'output' | 'snapshot' | 'old'
}

export class DrawnPosition {
  #pieces: Piece[] = []
  #drawn = 0
  #acked = 0

  /** A connection begins at `from`: what is drawn later of an older one is behind it and acks nothing. */
  restart(from: number): void {
    this.#acked = from
  }

  /** Another process begins at 0. What is still to be drawn of this one stays in front of it. */
  forget(): void {
    this.#pieces = this.#pieces.map(({ left }) => ({ left, end: 0, kind: 'old' }))
    this.#drawn = 0
    this.#acked = 0
  }

  received(bytes: number, end: number, kind: 'output' | 'snapshot'): void {
    const last = this.#pieces.at(-1)
    if (kind === 'output' && last?.kind === 'output' && last.end + bytes === end) {
      this.#pieces[this.#pieces.length - 1] = { left: last.left + bytes, end, kind }
    } else {
      this.#pieces.push({ left: bytes, end, kind })
    }
  }

  /** Counts drawn bytes; answers the position to ack when that is due. */
  draw(bytes: number): number | undefined {
    const jumped = this.#advance(bytes)
    if (this.#drawn < this.#acked + (jumped ? 0 : ACK_EVERY_BYTES)) return undefined
    this.#acked = this.#drawn
    return this.#drawn
  }

  /** Takes `bytes` off the pieces; true when that finished a snapshot. */
  #advance(bytes: number): boolean {
    let rest = bytes
    let jumped = false
    for (let piece = this.#pieces[0]; piece; piece = this.#pieces[0]) {
      const take = Math.min(rest, piece.left)
      piece.left -= take
      rest -= take
      if (piece.left > 0) {
        if (piece.kind === 'output') this.#drawn = piece.end - piece.left
        break
      }
      this.#drawn = piece.end
      jumped ||= piece.kind === 'snapshot'
      this.#pieces.shift()
    }
    return jumped
  }
}
