// Somebody who works over one stream: types a line every now and then, and listens all the time.

import { eventually } from '../../support/eventually.ts'
import { Judge, type JudgeOptions } from './judge.ts'
import { END } from './lines.ts'
import type { OpenWire, Wire } from './wire.ts'

/** Until a program has said its first words, on a machine where many begin at once, ms. */
const BEGIN_MS = 120_000
/** From the last line typed to the program's end, ms. */
const FINISH_MS = 60_000
/** Who has so many lines unanswered types no more: it is broken, or will come back. */
const MOST_WAITING = 400

export interface TalkOptions extends JudgeOptions {
  /** Between two lines that are typed, ms. */
  readonly typeMs: number
}

export class Talk {
  readonly name: string
  readonly judge: Judge
  readonly #wire: Wire
  readonly #options: TalkOptions
  #timer: NodeJS.Timeout | undefined
  #isDone = false

  private constructor(name: string, wire: Wire, judge: Judge, options: TalkOptions) {
    this.name = name
    this.judge = judge
    this.#wire = wire
    this.#options = options
    void wire.over.then((why) => {
      clearInterval(this.#timer)
      if (!this.#isDone) judge.note('closed', why ?? 'it ended by itself')
      else if (why !== undefined) judge.note('closed', why)
    })
  }

  /** Resolves when the program has begun. */
  static async open(name: string, open: OpenWire, options: TalkOptions): Promise<Talk> {
    const judge = new Judge(options)
    const wire = await open({
      take: (bytes) => judge.take(bytes, performance.now()),
      redrawn: () => judge.note('redrawn', 'the screen came, and not the bytes'),
    })
    const talk = new Talk(name, wire, judge, options)
    await eventually(() => judge.hasBegun || judge.violations.length > 0, {
      timeoutMs: BEGIN_MS,
      what: `${name} to begin`,
    })
    return talk
  }

  start(): void {
    this.#timer = setInterval(() => this.type(), this.#options.typeMs)
  }

  type(): void {
    if (this.judge.waiting >= MOST_WAITING) return
    this.#wire.send(`${this.judge.type(performance.now())}\n`)
  }

  /** Ends the program and hears all that it has still to say. */
  async finish(): Promise<void> {
    clearInterval(this.#timer)
    this.#isDone = true
    this.#wire.send(`${END}\n`)
    const late = new Promise((resolve) => setTimeout(resolve, FINISH_MS).unref())
    await Promise.race([this.#wire.over, late])
    this.judge.finish()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#wire.close()
  }
}
