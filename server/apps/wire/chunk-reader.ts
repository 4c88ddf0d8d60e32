// The chunked coding (RFC 9112, 7.1) of one response's body: pieces are handed on as they come, only the short lines
// between them are held.

import { SkeinError } from '#protocol/errors.ts'
import { parseFields } from './head.ts'

/** A chunk's size line; extensions are legal and nobody uses them. */
const MAX_LINE_BYTES = 1024
const MAX_TRAILER_BYTES = 16 * 1024
const SIZE = /^([0-9a-fA-F]{1,13})[\t ]*(?:;.*)?$/
const CR = 0x0d
const LF = 0x0a

export class ChunkReader {
  /** Names and values in turn, once the end has come. */
  trailers: readonly string[] = []
  #state: 'size' | 'data' | 'data-end' | 'trailers' = 'size'
  #left = 0
  #line = ''
  #trailerLines: string[] = []
  #trailerBytes = 0

  /** What follows the body once it has ended, else undefined. Throws `app_answer_invalid`. */
  push(chunk: Buffer, body: (piece: Buffer) => void): Buffer | undefined {
    let at = 0
    while (at < chunk.length) {
      if (this.#state === 'data') {
        const piece = chunk.subarray(at, at + this.#left)
        this.#left -= piece.length
        at += piece.length
        if (this.#left === 0) this.#state = 'data-end'
        body(piece)
        continue
      }
      const end = chunk.indexOf(LF, at)
      this.#hold(chunk.toString('latin1', at, end < 0 ? chunk.length : end))
      if (end < 0) return undefined
      at = end + 1
      if (this.#endLine()) return chunk.subarray(at)
    }
    return undefined
  }

  #hold(text: string): void {
    this.#line += text
    if (this.#line.length > MAX_LINE_BYTES && this.#state !== 'trailers') throw bad('a chunk')
    if (this.#line.length > MAX_TRAILER_BYTES) throw bad('a trailer')
  }

  /** Whether that was the last line of the body. */
  #endLine(): boolean {
    const line = this.#line
    this.#line = ''
    // A bare LF is where readers disagree.
    if (line.charCodeAt(line.length - 1) !== CR) throw bad('a line of its chunks')
    const text = line.slice(0, -1)
    if (this.#state === 'size') this.#beginChunk(text)
    else if (this.#state === 'data-end') {
      if (text !== '') throw bad('a chunk’s length')
      this.#state = 'size'
    } else return this.#endTrailer(text)
    return false
  }

  #beginChunk(text: string): void {
    const size = SIZE.exec(text)?.[1]
    if (size === undefined) throw bad('a chunk’s size')
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailers' : 'data'
  }

  #endTrailer(text: string): boolean {
    if (text === '') {
      this.trailers = parseFields(this.#trailerLines, 0)
      return true
    }
    this.#trailerBytes += text.length
    if (this.#trailerBytes > MAX_TRAILER_BYTES) throw bad('a trailer')
    this.#trailerLines.push(text)
    return false
  }
}

const bad = (what: string): SkeinError =>
  new SkeinError('app_answer_invalid', { reason: `${what} is not well formed` })
