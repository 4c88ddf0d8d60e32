// One peer connection's membership stream: messages both ways, each behind its length. It is for words, not for data:
// what cannot be sent soon is dropped, as a datagram would be.

import type { Http2Stream } from 'node:http2'
import { MAX_STREAM_BYTES } from '../swim/limits.ts'

const LENGTH_BYTES = 4
/** Unsent bytes at which a line takes no more: two of the largest messages. */
const MAX_UNSENT_BYTES = 2 * MAX_STREAM_BYTES

export class Line {
  readonly #h2: Http2Stream
  readonly #onMessage: (bytes: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)
  /** When anything last went either way, in monotonic ms. */
  usedMs = performance.now()

  constructor(h2: Http2Stream, onMessage: (bytes: Buffer) => void) {
    this.#h2 = h2
    this.#onMessage = onMessage
    h2.on('error', () => h2.destroy())
    h2.on('data', (chunk: Buffer) => this.#take(chunk))
    h2.on('end', () => h2.destroy())
  }

  get isOpen(): boolean {
    return !this.#h2.destroyed && !this.#h2.writableEnded
  }

  /** False when the message was dropped. */
  send(bytes: Uint8Array): boolean {
    if (!this.isOpen || this.#h2.writableLength > MAX_UNSENT_BYTES) return false
    this.usedMs = performance.now()
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(bytes.length)
    this.#h2.write(Buffer.concat([length, bytes]))
    return true
  }

  /** Ends the whole connection, which carries nothing else. */
  end(): void {
    const { session } = this.#h2
    this.#h2.destroy()
    session?.destroy()
  }

  #take(chunk: Buffer): void {
    this.usedMs = performance.now()
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (bytes.length >= LENGTH_BYTES) {
      const length = bytes.readUInt32BE(0)
      if (length > MAX_STREAM_BYTES || length === 0) {
        this.#h2.destroy()
        return
      }
      if (bytes.length < LENGTH_BYTES + length) break
      this.#onMessage(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
      bytes = bytes.subarray(LENGTH_BYTES + length)
    }
    this.#rest = Buffer.from(bytes)
  }
}
