// What one client has typed and nobody has confirmed. It is kept with its numbers, so that after a broken
// connection the same bytes go out under the same numbers and the other side can leave out what it has.

import { SkeinError } from '../errors.ts'

/** Unconfirmed input, bytes: far more than anybody types in an outage; a larger paste has to wait for its acks. */
export const MAX_UNACKED_BYTES = 1024 * 1024
/** One resent frame's bytes: other viewers' frames get in between. */
const RESEND_BYTES = 64 * 1024

export interface InputChunk {
  readonly at: number
  readonly bytes: Uint8Array
}

export class UnackedInput {
  #chunks: InputChunk[] = []
  #from = 0
  #sent = 0

  /** All input before it is numbered. */
  get sent(): number {
    return this.#sent
  }

  get unackedBytes(): number {
    return this.#sent - this.#from
  }

  /** Numbers and keeps a copy. Throws `too_large` when more than 1 MB would wait. */
  add(bytes: Uint8Array): InputChunk {
    if (this.unackedBytes + bytes.length > MAX_UNACKED_BYTES) {
      throw new SkeinError('too_large', { thing: 'input that waits', limit: '1 MB' })
    }
    const chunk = { at: this.#sent, bytes: bytes.slice() }
    this.#chunks.push(chunk)
    this.#sent += bytes.length
    return chunk
  }

  /** Forgets input before `heard`. Throws `frame_invalid` for input that was never typed or already forgotten. */
  ack(heard: number): void {
    if (heard > this.#sent || heard < this.#from) {
      throw new SkeinError('frame_invalid', { reason: `input acked at ${heard}` })
    }
    this.#from = heard
    const first = this.#chunks.findIndex(({ at, bytes }) => at + bytes.length > heard)
    this.#chunks = first === -1 ? [] : this.#chunks.slice(first)
  }

  /** Everything unconfirmed, in order, joined into frames of up to 64 kB. */
  pending(): InputChunk[] {
    const all = new Uint8Array(this.unackedBytes)
    for (const { at, bytes } of this.#chunks) {
      const skip = Math.max(0, this.#from - at)
      all.set(bytes.subarray(skip), at + skip - this.#from)
    }
    const chunks: InputChunk[] = []
    for (let at = 0; at < all.length; at += RESEND_BYTES) {
      chunks.push({ at: this.#from + at, bytes: all.subarray(at, at + RESEND_BYTES) })
    }
    return chunks
  }
}
