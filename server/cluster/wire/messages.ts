// Messages both ways on one stream between peers, each behind its length. Nothing is dropped: whoever sends asks first
// how much is unsent, and is told when that has gone down.

import type { Http2Stream } from 'node:http2'

const LENGTH_BYTES = 4

export interface MessagesOptions {
  /** Of one message; a longer one ends the stream before it is held. */
  readonly maxBytes: number
  readonly onMessage: (bytes: Buffer) => void
  /** What was written has gone out. */
  readonly onDrain: () => void
  /** A message was longer than it may be. */
  readonly onTooLarge: (bytes: number) => void
}

export class Messages {
  readonly #h2: Http2Stream
  readonly #options: MessagesOptions
  #held: Buffer[] = []
  #heldBytes = 0
  #isRefused = false
  sentBytes = 0

  constructor(h2: Http2Stream, options: MessagesOptions) {
    this.#h2 = h2
    this.#options = options
    h2.on('error', () => h2.destroy())
    h2.on('data', (chunk: Buffer) => this.#take(chunk))
    h2.on('drain', () => options.onDrain())
    h2.on('end', () => h2.destroy())
  }

  get isOpen(): boolean {
    return !this.#h2.destroyed && !this.#h2.writableEnded
  }

  get unsentBytes(): number {
    return this.#h2.writableLength
  }

  send(bytes: Uint8Array): void {
    if (!this.isOpen) return
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(bytes.length)
    this.sentBytes += LENGTH_BYTES + bytes.length
    this.#h2.write(length)
    this.#h2.write(bytes)
  }

  #take(chunk: Buffer): void {
    if (this.#isRefused) return
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    while (!this.#isRefused && this.#heldBytes >= LENGTH_BYTES) {
      const bytes = this.#joined()
      const length = bytes.readUInt32BE(0)
      if (length > this.#options.maxBytes) {
        this.#refuse(length)
        return
      }
      if (bytes.length < LENGTH_BYTES + length) return
      const rest = bytes.subarray(LENGTH_BYTES + length)
      this.#held = rest.length === 0 ? [] : [rest]
      this.#heldBytes = rest.length
      this.#options.onMessage(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
    }
  }

  /** Joined once the length is known and all has come; until then pieces stay pieces. */
  #joined(): Buffer {
    const [first] = this.#held
    if (!first) return Buffer.alloc(0)
    if (first.length >= LENGTH_BYTES) {
      const wanted = LENGTH_BYTES + first.readUInt32BE(0)
      if (this.#heldBytes < wanted || this.#held.length === 1) return first
    }
    const all = Buffer.concat(this.#held)
    this.#held = [all]
    return all
  }

  #refuse(length: number): void {
    this.#isRefused = true
    this.#held = []
    this.#h2.destroy()
    this.#options.onTooLarge(length)
  }
}
