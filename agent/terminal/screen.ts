// What a terminal shows, kept in the agent: parsed from its output, drawn again for whoever comes later, and the
// only one that answers the queries of the programs inside (viewers swallow them), once and while they are live.

import { plainTail } from './plain.ts'
import { MAX_TITLE_CHARS, snapshotOf } from './snapshot.ts'
import { type Emulator, GROUND_STATE, type MakeEmulator } from './xterm.ts'

/** Lines above the screen. With 80 columns a full screen takes 3.2 MB (measured). */
export const SCROLLBACK_LINES = 1000

export interface ScreenOptions {
  readonly cols: number
  readonly rows: number
  readonly scrollbackLines?: number
  /** Answers to queries, to be typed into the program. */
  readonly onAnswer: (text: string) => void
}

export class Screen {
  readonly #emulator: Emulator
  readonly #scrollbackLines: number
  #title = ''

  constructor(make: MakeEmulator, options: ScreenOptions) {
    this.#scrollbackLines = options.scrollbackLines ?? SCROLLBACK_LINES
    this.#emulator = make(options.cols, options.rows, this.#scrollbackLines)
    this.#emulator.onAnswer(options.onAnswer)
    this.#emulator.onTitle((title) => {
      this.#title = title.slice(0, MAX_TITLE_CHARS)
    })
  }

  get title(): string {
    return this.#title
  }

  get cols(): number {
    return this.#emulator.core.cols
  }

  get rows(): number {
    return this.#emulator.core.rows
  }

  /** Parses at once. */
  write(bytes: Uint8Array): void {
    this.#emulator.core._inputHandler.parse(bytes)
  }

  /**
   * How many of `bytes` may be left out since plain text after them scrolls everything that they draw away:
   * `[from, to)` of them, or undefined. Parsing the rest gives exactly the same screen.
   */
  skippable(bytes: Uint8Array): { from: number; to: number } | undefined {
    const { core } = this.#emulator
    const { active } = core.buffers
    if (core._inputHandler._parser.currentState !== GROUND_STATE) return undefined
    if (active.scrollTop !== 0 || active.scrollBottom !== core.rows - 1) return undefined
    return plainTail(bytes, this.#scrollbackLines + 2 * core.rows + 1)
  }

  resize(cols: number, rows: number): void {
    this.#emulator.resize(cols, rows)
  }

  /** Bytes that draw this screen on one of the same size. `recent`: the newest bytes that were written. */
  snapshot(recent: Uint8Array): Uint8Array {
    return snapshotOf(this.#emulator, recent)
  }

  close(): void {
    this.#emulator.dispose()
  }
}
