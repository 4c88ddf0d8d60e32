// Somebody at a terminal in which ssh runs: types, resizes, and reads what is drawn.

import { type IPty, spawn } from 'node-pty'
import { eventually } from '../eventually.ts'

const TIMEOUT_MS = 20_000
const ASK_AGAIN_MS = 500

export class Person {
  readonly #pty: IPty
  #heard = ''
  status: number | undefined

  constructor([file, ...args]: readonly string[]) {
    this.#pty = spawn(file ?? '', args, { name: 'xterm-256color', cols: 80, rows: 24 })
    this.#pty.onData((text) => {
      this.#heard += text
    })
    this.#pty.onExit(({ exitCode }) => {
      this.status = exitCode
    })
  }

  type(text: string): void {
    this.#pty.write(text)
  }

  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows)
  }

  async hears(pattern: RegExp): Promise<void> {
    await this.#until(pattern, () => undefined)
  }

  /** Types the same again and again, for an answer that changes. */
  async asksUntil(text: string, pattern: RegExp): Promise<void> {
    let askedAt = Number.NEGATIVE_INFINITY
    await this.#until(pattern, () => {
      if (performance.now() - askedAt < ASK_AGAIN_MS) return
      askedAt = performance.now()
      this.type(text)
    })
  }

  async ends(): Promise<number> {
    const over = () => (this.status === undefined ? undefined : { status: this.status })
    return (await eventually(over, { timeoutMs: TIMEOUT_MS, what: 'the end of ssh' })).status
  }

  async #until(pattern: RegExp, ask: () => void): Promise<void> {
    const heard = () => {
      ask()
      return pattern.test(this.#heard)
    }
    try {
      await eventually(heard, { timeoutMs: TIMEOUT_MS, what: String(pattern) })
    } catch (error) {
      throw new Error(`heard only ${JSON.stringify(this.#heard.slice(-500))}`, { cause: error })
    }
  }

  close(): void {
    if (this.status === undefined) this.#pty.kill('SIGKILL')
  }
}
