// The receiving half of numbered plain bytes, the same on both ends: gives each byte once however often it comes, and
// acks what was passed on. Acks are the sender's credit, so whoever is slow to pass on slows the sender.

import { SkeinError } from '../errors.ts'
import { MAX_KEPT_BYTES } from './kept.ts'

/** An ack goes out each time this many bytes were passed on: a sixteenth of what the sender may have unacked. */
export const BYTES_ACK_EVERY = 64 * 1024

export class HeardBytes {
  #heard = 0
  #passedOn = 0
  #acked = 0
  #isEnded = false

  /** Everything before this number has come; the end counts as one. */
  get heard(): number {
    return this.#heard
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Bytes that have come and are not passed on yet. */
  get waitingBytes(): number {
    return this.#heard - this.#passedOn - (this.#isEnded ? 1 : 0)
  }

  /**
   * The part of `bytes` that is new. Throws `frame_invalid` for a gap, for bytes after the end, and for more than a
   * sender may have unacked.
   */
  take(at: number, bytes: Uint8Array): Uint8Array {
    if (at > this.#heard) throw new SkeinError('frame_invalid', { reason: `a gap before ${at}` })
    const fresh = bytes.subarray(Math.min(bytes.length, this.#heard - at))
    if (fresh.length > 0 && this.#isEnded) {
      throw new SkeinError('frame_invalid', { reason: 'bytes after the end' })
    }
    if (this.waitingBytes + fresh.length > MAX_KEPT_BYTES) {
      throw new SkeinError('frame_invalid', { reason: 'more than the acks allow' })
    }
    this.#heard += fresh.length
    return fresh
  }

  /** The end of the bytes, at its number. True the first time. Throws `frame_invalid` where it cannot be. */
  end(at: number): boolean {
    const last = this.#isEnded ? this.#heard - 1 : this.#heard
    if (at !== last) throw new SkeinError('frame_invalid', { reason: `an end at ${at}` })
    if (this.#isEnded) return false
    this.#isEnded = true
    this.#heard += 1
    return true
  }

  /** A new connection begins: the last ack may be lost with the one before. Answers the number to ack again. */
  restart(): number {
    return this.#acked
  }

  /** Counts bytes that were passed on; answers the number to ack when that is due. */
  passOn(bytes: number): number | undefined {
    this.#passedOn = Math.min(this.#passedOn + bytes, this.#heard)
    const isAll = this.#isEnded && this.#passedOn >= this.#heard - 1
    const position = isAll ? this.#heard : this.#passedOn
    const isDue = isAll ? position > this.#acked : position >= this.#acked + BYTES_ACK_EVERY
    if (!isDue) return undefined
    this.#acked = position
    return position
  }
}
