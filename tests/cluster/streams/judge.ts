// Judges one stream as its bytes come: every line of the program once and in order, every line typed read once and in
// order, none changed. Pure; times are given to it.

import { BEGINS, endLine, inputLine, tickLine } from './lines.ts'

export type Rule =
  /** Lines of the program that never came. */
  | 'lost'
  | 'doubled'
  | 'changed'
  /** What was typed and never read, read twice, or read as something else. */
  | 'not typed'
  | 'typed twice'
  | 'typed wrong'
  /** The screen came in the place of the bytes. */
  | 'redrawn'
  | 'closed'

export interface Violation {
  readonly rule: Rule
  readonly says: string
}

/** One line that was typed, and when its repetition came. */
export interface Echo {
  readonly typedMs: number
  readonly echoedMs: number
}

export interface JudgeOptions {
  readonly tickBytes: number
  readonly inputBytes: number
}

/** More violations of one stream say nothing new. */
const MOST_VIOLATIONS = 20
const SHOWN_CHARS = 60

export class Judge {
  readonly violations: Violation[] = []
  readonly echoes: Echo[] = []
  bytes = 0
  hasEnded = false
  readonly #options: JudgeOptions
  readonly #typedMs: number[] = []
  #rest = ''
  #hasBegun = false
  #said = 0
  #read = 0

  constructor(options: JudgeOptions) {
    this.#options = options
  }

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  get typed(): number {
    return this.#typedMs.length
  }

  /** Lines that were typed and have not come back. */
  get waiting(): number {
    return this.#typedMs.length - this.echoes.length
  }

  /** Since when the first of those has waited, ms; undefined where none does. */
  get waitingSinceMs(): number | undefined {
    return this.#typedMs[this.echoes.length]
  }

  /** The next line to type, which is held to have been typed now. */
  type(nowMs: number): string {
    this.#typedMs.push(nowMs)
    return inputLine(this.#typedMs.length, this.#options.inputBytes)
  }

  take(bytes: Uint8Array, nowMs: number): void {
    this.bytes += bytes.length
    this.#rest += Buffer.from(bytes).toString('latin1')
    const lines = this.#rest.split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (this.#hasBegun) this.#line(line, nowMs)
      else this.#hasBegun = line.endsWith(BEGINS)
    }
  }

  note(rule: Rule, says: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push({ rule, says })
  }

  /** When nothing more can come. */
  finish(): void {
    if (!this.hasEnded) this.note('closed', `it ended after line ${this.#said}`)
    if (this.#rest !== '') this.note('changed', `it ended with ${shown(this.#rest)}`)
    if (this.#read < this.typed) {
      this.note('not typed', `inputs ${this.#read + 1} to ${this.typed}`)
    }
  }

  #line(line: string, nowMs: number): void {
    const [, number, kind, rest = ''] = /^(\d+) (tick|got|end) (.*)$/.exec(line) ?? []
    if (number === undefined) {
      this.note('changed', shown(line))
      return
    }
    const wanted = this.#said + 1
    this.#said = Number(number)
    if (this.#said > wanted) this.note('lost', `lines ${wanted} to ${this.#said - 1}`)
    if (this.#said < wanted) this.note('doubled', `line ${number} after ${wanted - 1}`)
    if (this.hasEnded) this.note('doubled', `line ${number} after the end`)
    if (kind === 'tick') this.#tick(line)
    else if (kind === 'got') this.#got(rest, nowMs)
    else this.#end(line)
  }

  #tick(line: string): void {
    if (line !== tickLine(this.#said, this.#options.tickBytes)) this.note('changed', shown(line))
  }

  #got(input: string, nowMs: number): void {
    const number = Number(input.split(' ', 1)[0])
    const wanted = this.#read + 1
    const whole = Number.isInteger(number) ? inputLine(number, this.#options.inputBytes) : ''
    if (input !== whole || number > this.typed) {
      this.note('typed wrong', shown(input))
      return
    }
    if (number < wanted) {
      this.note('typed twice', `input ${number} after ${this.#read}`)
      return
    }
    if (number > wanted) this.note('not typed', `inputs ${wanted} to ${number - 1}`)
    // Those between count as come with this one, so that whoever waits for them need not wait for ever.
    for (let one = wanted; one <= number; one++) {
      this.echoes.push({ typedMs: this.#typedMs[one - 1] ?? nowMs, echoedMs: nowMs })
    }
    this.#read = number
  }

  #end(line: string): void {
    this.hasEnded = true
    if (line !== endLine(this.#said, this.#read)) {
      this.note('typed wrong', `it counted ${line}, and ${this.#read} were repeated`)
    }
  }
}

const shown = (line: string): string =>
  JSON.stringify(line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line)
