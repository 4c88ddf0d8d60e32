// How far a long command is, on a terminal: one line that is written over, and taken away at the end.

import { quantity } from './remote/copy/progress.ts'

const REDRAW_MS = 200

export class Meter {
  #drawnMs = Number.NEGATIVE_INFINITY

  readonly show = (what: string, doneBytes: number, totalBytes?: number): void => {
    const nowMs = performance.now()
    if (!process.stderr.isTTY || nowMs - this.#drawnMs < REDRAW_MS) return
    this.#drawnMs = nowMs
    const share = totalBytes ? ` of ${quantity(totalBytes)}` : ''
    process.stderr.write(`\r\x1b[K${what}: ${quantity(doneBytes)}${share}`)
  }

  end(): void {
    if (this.#drawnMs > 0) process.stderr.write('\r\x1b[K')
  }
}
