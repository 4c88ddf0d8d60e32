// The last lines that a program wrote. Kept by lines and by bytes, because a program may write neither an end of line
// nor an end.

import { StringDecoder } from 'node:string_decoder'
import { Mask } from '#protocol/mask.ts'

/** Longest line that is kept, characters; the rest of it is cut (protocol/report.ts takes no more). */
const MAX_LINE_CHARS = 1000

export class LogTail {
  readonly #maxLines: number
  readonly #lines: string[] = []
  readonly #decoder = new StringDecoder('utf8')
  readonly #mask: Mask
  #open = ''

  /** What the mask knows is in no line. */
  constructor(maxLines: number, mask = Mask.none) {
    this.#maxLines = maxLines
    this.#mask = mask
  }

  /** Takes what the program wrote, cut anywhere. What would be dropped anyway is not even decoded. */
  write(bytes: Buffer): void {
    const start = startOfLastLines(bytes, this.#maxLines)
    if (start > 0) {
      this.#decoder.end()
      this.#open = ''
    }
    const parts = this.#decoder.write(bytes.subarray(start)).split('\n')
    for (const [index, part] of parts.entries()) {
      if (index > 0) this.#close()
      if (this.#open.length < MAX_LINE_CHARS) this.#open += part.slice(0, MAX_LINE_CHARS)
    }
  }

  /** Adds a line of our own. */
  note(line: string): void {
    if (this.#open !== '') this.#close()
    this.#open = line
    this.#close()
  }

  /** The last lines, oldest first, the unfinished one included. */
  last(count = this.#maxLines): string[] {
    const lines = this.#open === '' ? this.#lines : [...this.#lines, this.#clean(this.#open)]
    return count === 0 ? [] : lines.slice(-count)
  }

  #close(): void {
    this.#lines.push(this.#clean(this.#open))
    this.#open = ''
    if (this.#lines.length > this.#maxLines) this.#lines.shift()
  }

  #clean(line: string): string {
    return this.#mask.text(lastState(line)).slice(0, MAX_LINE_CHARS)
  }
}

/** The last of the lines whose JSON fits into `maxBytes` together, oldest first. */
export function fitLines(lines: readonly string[], maxBytes: number): string[] {
  let left = maxBytes
  let first = lines.length
  while (first > 0) {
    left -= Buffer.byteLength(JSON.stringify(lines[first - 1])) + 1
    if (left < 0) break
    first--
  }
  return lines.slice(first)
}

/** Where the last `count` lines and an unfinished one begin; 0 when there are no more than that. */
function startOfLastLines(bytes: Buffer, count: number): number {
  let at = bytes.length
  for (let seen = 0; seen <= count; seen++) {
    if (at === 0) return 0
    at = bytes.lastIndexOf(10, at - 1)
    if (at === -1) return 0
  }
  return at + 1
}

/** Progress bars rewrite their line after a carriage return: what stood last is what was to be read. */
function lastState(line: string): string {
  const written = line.replace(/\r+$/, '')
  return written.slice(written.lastIndexOf('\r') + 1)
}
