// What one turn of the event loop sends on a trunk: small frames are copied behind one another, so that a turn's worth
// of requests is one write, one HTTP/2 frame and one TLS record; large pieces go by reference.

import { putTrunkHeader, TRUNK_HEADER_BYTES, TrunkFrame } from './frames.ts'

/** Frames are copied into pieces of memory of this size, bytes. */
const SLAB_BYTES = 64 * 1024
/** From this size on a payload is not copied, bytes. */
export const LARGE_BYTES = 8 * 1024
/** Of one text. */
export const MAX_TEXT_CHARS = LARGE_BYTES - 1

const EMPTY = Buffer.alloc(0)

export class Batch {
  /** In total, with headers. */
  bytes = 0
  #parts: Buffer[] = []
  #slab: Buffer = EMPTY
  /** Where in the slab the part that is being filled begins, and where it ends. */
  #from = 0
  #at = 0

  /** `payload` of at most 64 kB. It must not be changed afterwards. */
  add(type: TrunkFrame, line: number, payload: Buffer = EMPTY): void {
    const { length } = payload
    const isLarge = length >= LARGE_BYTES
    this.#header(type, line, length, isLarge ? 0 : length)
    if (isLarge) {
      this.#cut()
      this.#parts.push(payload)
    } else this.#at += payload.copy(this.#slab, this.#at)
  }

  /** Text whose characters are bytes (latin1), at most `MAX_TEXT_CHARS`, without a buffer of its own. */
  addText(line: number, text: string): void {
    this.#header(TrunkFrame.data, line, text.length, text.length)
    this.#at += this.#slab.write(text, this.#at, 'latin1')
  }

  addNumber(type: TrunkFrame, line: number, value: number): void {
    this.#header(type, line, 4, 4)
    this.#at = this.#slab.writeUInt32BE(value, this.#at)
  }

  /** All that was added, in order; the batch is then empty. */
  take(): readonly Buffer[] {
    this.#cut()
    const parts = this.#parts
    this.#parts = []
    this.bytes = 0
    return parts
  }

  #header(type: TrunkFrame, line: number, length: number, room: number): void {
    if (this.#slab.length - this.#at < TRUNK_HEADER_BYTES + room) {
      this.#cut()
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.#from = 0
      this.#at = 0
    }
    this.#at = putTrunkHeader(this.#slab, this.#at, type, line, length)
    this.bytes += TRUNK_HEADER_BYTES + length
  }

  #cut(): void {
    if (this.#at > this.#from) this.#parts.push(this.#slab.subarray(this.#from, this.#at))
    this.#from = this.#at
  }
}
