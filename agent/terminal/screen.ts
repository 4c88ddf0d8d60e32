// What a terminal shows, kept in the agent: parsed from its output, drawn again for whoever comes later, and the
// only one that answers the queries of the programs inside (viewers swallow them), once and while they are live.

import { concat } from '#protocol/bytes.ts'
import { plainTail } from './plain.ts'
import { MAX_TITLE_CHARS, snapshotOf } from './snapshot.ts'
import { type Emulator, GROUND_STATE, type MakeEmulator } from './xterm.ts'

/** Lines above the screen. With 80 columns a full screen takes 3.2 MB (measured). */
export const SCROLLBACK_LINES = 1000

/** A cell with what belongs to it, bytes: 3.2 MB for 1,000 lines of 80. */
const CELL_BYTES = 40
/** What a sleeping screen may grow to by what it takes without waking, bytes. */
const MAX_ASLEEP_BYTES = 1024 * 1024
const NOTHING = new Uint8Array(0)

export interface ScreenOptions {
  readonly cols: number
  readonly rows: number
  readonly scrollbackLines?: number
  /** Answers to queries, to be typed into the program. */
  readonly onAnswer: (text: string) => void
}

export class Screen {
  readonly #make: MakeEmulator
  readonly #options: ScreenOptions
  readonly #scrollbackLines: number
  #emulator: Emulator | undefined
  #asleep: Uint8Array = NOTHING
  #restsAsleep = true
  #scrollsAsleep = true
  #cols: number
  #rows: number
  #title = ''

  constructor(make: MakeEmulator, options: ScreenOptions) {
    this.#make = make
    this.#options = options
    this.#scrollbackLines = options.scrollbackLines ?? SCROLLBACK_LINES
    this.#cols = options.cols
    this.#rows = options.rows
  }

  get title(): string {
    return this.#title
  }

  get cols(): number {
    return this.#cols
  }

  get rows(): number {
    return this.#rows
  }

  /** About what it takes in memory. */
  get estimatedBytes(): number {
    if (!this.#emulator) return this.#asleep.length
    return this.#emulator.core.buffers.normal.lines.length * this.#cols * CELL_BYTES
  }

  get isAsleep(): boolean {
    return this.#emulator === undefined
  }

  /** No sequence is unfinished: what is plain text begins as such. */
  get isAtRest(): boolean {
    const { core } = this.#emulator ?? {}
    return core ? core._inputHandler._parser.currentState === GROUND_STATE : this.#restsAsleep
  }

  /** Parses at once. */
  write(bytes: Uint8Array): void {
    this.#awake().core._inputHandler.parse(bytes)
  }

  /** Takes plain text, of which nothing is asked or told: a sleeping screen parses it when it wakes. */
  writePlain(bytes: Uint8Array): void {
    if (this.#emulator || this.#asleep.length + bytes.length > MAX_ASLEEP_BYTES) this.write(bytes)
    else this.#asleep = concat(this.#asleep, bytes)
  }

  /**
   * Which of `bytes` may be left out, `[from, to)`, since plain text after them scrolls everything that they draw
   * away: parsing the rest gives exactly the same screen. Undefined when nothing may.
   */
  skippable(bytes: Uint8Array): { from: number; to: number } | undefined {
    if (!this.isAtRest || !this.#scrollsWhole) return undefined
    return plainTail(bytes, this.#scrollbackLines + 2 * this.#rows + 1)
  }

  /** No region of it scrolls alone. */
  get #scrollsWhole(): boolean {
    if (!this.#emulator) return this.#scrollsAsleep
    const { buffers, rows } = this.#emulator.core
    return buffers.active.scrollTop === 0 && buffers.active.scrollBottom === rows - 1
  }

  resize(cols: number, rows: number): void {
    this.#awake().resize(cols, rows)
    this.#cols = cols
    this.#rows = rows
  }

  /** Bytes that draw this screen on one of the same size. `recent`: the newest bytes that were written. */
  snapshot(recent: Uint8Array): Uint8Array {
    return snapshotOf(this.#awake(), recent)
  }

  /** Gives its cells back and keeps only a snapshot, a tenth of their size, until it is written to or asked again. */
  sleep(recent: Uint8Array): void {
    if (!this.#emulator) return
    this.#restsAsleep = this.isAtRest
    this.#scrollsAsleep = this.#scrollsWhole
    this.#asleep = this.snapshot(recent)
    this.close()
  }

  close(): void {
    this.#emulator?.dispose()
    this.#emulator = undefined
  }

  #awake(): Emulator {
    if (this.#emulator) return this.#emulator
    const emulator = this.#make(this.#cols, this.#rows, this.#scrollbackLines)
    emulator.core._inputHandler.parse(this.#asleep)
    // Listened to only now: what was drawn before has been answered.
    emulator.onAnswer(this.#options.onAnswer)
    emulator.onTitle((title) => {
      this.#title = title.slice(0, MAX_TITLE_CHARS)
    })
    this.#asleep = NOTHING
    this.#emulator = emulator
    return emulator
  }
}
