// What a person sees and is asked before their program runs: on the standard error of their channel, so that it never
// mixes with a program's output.

import type { Channel } from './channel.ts'
import type { SshTalk } from './ports.ts'

const CANCEL = new Set(['\u0003', '\u0004', 'n', 'N', 'q', 'Q'])
const AGREE = new Set(['y', 'Y', '\r', '\n'])

export class Talk implements SshTalk {
  readonly #channel: Channel
  readonly #isTerminal: boolean
  readonly ask?: (question: string) => Promise<boolean>
  #answer: ((isYes: boolean) => void) | undefined

  constructor(channel: Channel, isTerminal: boolean) {
    this.#channel = channel
    this.#isTerminal = isTerminal
    if (isTerminal) this.ask = (question) => this.#ask(question)
  }

  say(line: string): void {
    this.#write(`${line}\n`)
  }

  /** What is typed while a question stands. False when there is none, and the bytes are for the program. */
  typed(bytes: Buffer): boolean {
    if (!this.#answer) return false
    const key = [...bytes.toString('latin1')].find((one) => CANCEL.has(one) || AGREE.has(one))
    if (key !== undefined) this.#settle(AGREE.has(key))
    return true
  }

  /** Nobody will answer any more. */
  end(): void {
    if (this.#answer) this.#settle(false)
  }

  #ask(question: string): Promise<boolean> {
    this.#write(`${question} [Y/n] `)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#answer = resolve
    return promise
  }

  #settle(isYes: boolean): void {
    const answer = this.#answer
    this.#answer = undefined
    this.#write(isYes ? 'yes\n' : 'no\n')
    answer?.(isYes)
  }

  /** The client's terminal is raw: it moves to the first column only when told. */
  #write(text: string): void {
    const shown = this.#isTerminal ? text.replace(/\r?\n/g, '\r\n') : text
    this.#channel.send(Buffer.from(shown), true)
  }
}
