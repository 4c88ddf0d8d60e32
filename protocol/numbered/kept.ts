// The sending half of numbered plain bytes, the same on both ends: what was sent and is not acked is kept, so that it
// can be sent again under the same numbers. Nothing is ever dropped: when it is full, the source has to wait. The end
// is numbered too, as one byte would be, and so is delivered and acked like any other.

import { SkeinError } from '../errors.ts'
import type { ByteEnded } from './byte-messages.ts'
import { encodeAt, NumberedType } from './frames.ts'
import { OutRing } from './ring.ts'

/** Unacked bytes from which on the source should wait: at 30 ms of round trip this carries 33 MB/s. */
export const KEPT_FULL_BYTES = 1024 * 1024
/** Unacked bytes that are kept at most; the part beyond `full` is for what was on its way when the source was stopped. */
export const MAX_KEPT_BYTES = 2 * KEPT_FULL_BYTES
/** One frame's bytes: acks and the frames of others get in between. */
export const MAX_BYTES_FRAME_BYTES = 64 * 1024

type DataType = typeof NumberedType.in | typeof NumberedType.out

export class KeptBytes {
  readonly #type: DataType
  readonly #ring = new OutRing(MAX_KEPT_BYTES)
  #acked = 0
  #ended: ByteEnded | undefined

  /** `type` is what its frames are: `in` from a client, `out` to one. */
  constructor(type: DataType) {
    this.#type = type
  }

  /** The number of the next byte; the end counts as one. */
  get end(): number {
    return this.#ring.end + (this.#ended ? 1 : 0)
  }

  /** Everything before it has been taken by the other side. */
  get acked(): number {
    return this.#acked
  }

  get unackedBytes(): number {
    return this.end - this.#acked
  }

  get isFull(): boolean {
    return this.unackedBytes >= KEPT_FULL_BYTES
  }

  get isEnded(): boolean {
    return this.#ended !== undefined
  }

  /** The other side has acked everything, the end included. */
  get isDone(): boolean {
    return this.isEnded && this.unackedBytes === 0
  }

  /** Keeps a copy. Throws `too_large` past `MAX_KEPT_BYTES`. */
  add(bytes: Uint8Array): void {
    if (this.#ended) throw new SkeinError('frame_invalid', { reason: 'bytes after the end' })
    if (this.unackedBytes + bytes.length > MAX_KEPT_BYTES) {
      throw new SkeinError('too_large', { thing: 'part that waits for its acks', limit: '2 MB' })
    }
    this.#ring.append(bytes)
  }

  /** Nothing more will come. The first end counts. */
  finish(ended: ByteEnded): void {
    this.#ended ??= ended
  }

  /** Throws `frame_invalid` for what was never sent. An ack that comes late says nothing new. */
  ack(position: number): void {
    if (position > this.end) throw new SkeinError('frame_invalid', { reason: `ack of ${position}` })
    this.#acked = Math.max(this.#acked, position)
  }

  /** Whether sending may go on from there. */
  holds(position: number): boolean {
    return position >= this.#acked && position <= this.end
  }

  /** The next frame from a position, and where the one after it begins; undefined at the end of what there is. */
  frameAt(position: number): { frame: Uint8Array; next: number } | undefined {
    const { end } = this.#ring
    if (position < end) {
      const next = Math.min(end, position + MAX_BYTES_FRAME_BYTES)
      return { frame: encodeAt(this.#type, position, this.#ring.read(position, next)), next }
    }
    if (!this.#ended || position > end) return undefined
    const ended = new TextEncoder().encode(JSON.stringify(this.#ended))
    return { frame: encodeAt(NumberedType.fin, end, ended), next: end + 1 }
  }

  /** All frames from a position on. */
  framesFrom(position: number): Uint8Array[] {
    const frames: Uint8Array[] = []
    for (let next = this.frameAt(position); next; next = this.frameAt(next.next)) {
      frames.push(next.frame)
    }
    return frames
  }

  /** Gives memory back that no unacked byte needs. */
  trim(): void {
    this.#ring.trim(this.unackedBytes)
  }
}
