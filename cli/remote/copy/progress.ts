// How far a copy is, on a terminal: one line that is written over, and taken away at the end.

import { Transform } from 'node:stream'

const REDRAW_MS = 200
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** 1,234,567 as `1.2 MB`. */
export function quantity(bytes: number): string {
  let unit = 0
  let rest = bytes
  while (rest >= 1000 && unit < UNITS.length - 1) {
    rest /= 1000
    unit++
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${UNITS[unit]}`
}

/** Counts what goes through; shows it where somebody watches. */
export class Progress extends Transform {
  bytes = 0
  readonly #totalBytes: number | undefined
  readonly #name: string
  readonly #begunMs = performance.now()
  #drawnMs = 0

  constructor(name: string, totalBytes: number | undefined) {
    super()
    this.#name = name.replace(/\p{Cc}/gu, '?').slice(0, 40)
    this.#totalBytes = totalBytes
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, data: Buffer) => void) {
    this.bytes += chunk.length
    const nowMs = performance.now()
    if (process.stderr.isTTY && nowMs - this.#drawnMs > REDRAW_MS) {
      this.#drawnMs = nowMs
      process.stderr.write(`\r\x1b[K${this.#line(nowMs)}`)
    }
    done(null, chunk)
  }

  override _flush(done: () => void): void {
    if (this.#drawnMs > 0) process.stderr.write('\r\x1b[K')
    done()
  }

  #line(nowMs: number): string {
    const pace = quantity(this.bytes / Math.max(0.001, (nowMs - this.#begunMs) / 1000))
    const share = this.#totalBytes ? ` of ${quantity(this.#totalBytes)}` : ''
    return `${this.#name}: ${quantity(this.bytes)}${share}, ${pace}/s`
  }
}
