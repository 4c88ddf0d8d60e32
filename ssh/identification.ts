// The first line of a connection, `SSH-2.0-name comment`. It is collected here and handed to ssh2 whole, because ssh2
// keeps only the first piece of a line that comes in three, and reads on for ever when no line end comes.

import { protocolError } from './packet.ts'

/** RFC 4253, 4.2: with its line end. */
const MAX_LINE_BYTES = 255
const NEWLINE = 10

export class Identification {
  #held: Buffer = Buffer.alloc(0)
  #line: string | undefined

  /** Without its end; undefined until it is whole. */
  get line(): string | undefined {
    return this.#line
  }

  /** The bytes that ssh2 may have: none until the line is whole. Throws `ssh_protocol`. */
  take(chunk: Buffer): Buffer {
    if (this.#line !== undefined) return chunk
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const end = bytes.subarray(0, MAX_LINE_BYTES).indexOf(NEWLINE)
    if (end < 0) {
      if (bytes.length >= MAX_LINE_BYTES) throw protocolError('its first line is too long')
      this.#held = Buffer.from(bytes)
      return Buffer.alloc(0)
    }
    const line = bytes.subarray(0, end).toString('latin1').trimEnd()
    if (!line.startsWith('SSH-')) throw protocolError('it does not begin with SSH-')
    this.#line = line
    this.#held = Buffer.alloc(0)
    return bytes
  }
}
