// One shell in which a page's commands run in turn, as its reader would run them: folders, variables and what stays
// running last from one to the next.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { eventually } from '../eventually.ts'

/** A page's slowest command starts a space on a machine that has other things to do. */
const COMMAND_TIMEOUT_MS = 150_000
/** A server that a page started drains first. */
const END_TIMEOUT_MS = 60_000

export interface Said {
  readonly status: number
  readonly output: string
}

export class ShellSession {
  readonly #shell: ChildProcessWithoutNullStreams
  #text = ''
  #heard: (() => void) | undefined
  #hasEnded = false

  constructor(env: Readonly<Record<string, string>>, folder: string) {
    this.#shell = spawn('bash', ['--noprofile', '--norc'], { env, cwd: folder, detached: true })
    this.#shell.stdout.on('data', (chunk: Buffer) => this.#hear(chunk.toString()))
    this.#shell.stderr.on('data', (chunk: Buffer) => this.#hear(chunk.toString()))
    this.#shell.stdin.on('error', () => undefined)
    this.#shell.on('close', () => {
      this.#hasEnded = true
      this.#hear('')
    })
    this.#shell.stdin.write('exec 2>&1\n')
  }

  /** Runs a command to its end. `onOutput` sees all that it has said so far, each time that it says more. */
  async run(command: string, onOutput: (text: string) => void = () => undefined): Promise<Said> {
    const mark = randomUUID()
    this.#write(`{ ${command}\n} </dev/null\nprintf '\\n%s %s\\n' ${mark} $?`)
    return await this.#until(command, (text) => {
      const end = text.indexOf(`\n${mark} `)
      onOutput(end < 0 ? text : text.slice(0, end))
      const status = end < 0 ? undefined : /^\d+(?=\n)/.exec(text.slice(end + mark.length + 2))
      return status ? { status: Number(status[0]), output: text.slice(0, end) } : undefined
    })
  }

  /** Runs a command that stays, such as one that forwards a port, until it has said that. */
  async begin(command: string, ready: RegExp): Promise<Said> {
    const mark = randomUUID()
    this.#write(`{ ${command}\nprintf '\\n%s %s\\n' ${mark} $?\n} </dev/null &`)
    return await this.#until(command, (text) => {
      const [ended] = text.split(`\n${mark} `).slice(1)
      if (ended !== undefined) return { status: Number.parseInt(ended, 10) || 1, output: text }
      return ready.test(text) ? { status: 0, output: text } : undefined
    })
  }

  /** Ends the shell and everything that it started, a server in order. */
  async close(): Promise<void> {
    const closed = this.#hasEnded ? undefined : once(this.#shell, 'close')
    this.#signal('SIGTERM')
    try {
      await eventually(() => !this.#signal(0), { timeoutMs: END_TIMEOUT_MS, what: 'all to end' })
    } finally {
      this.#signal('SIGKILL')
      await closed
    }
  }

  #write(script: string): void {
    this.#text = ''
    this.#shell.stdin.write(`${script}\n`)
  }

  #hear(text: string): void {
    this.#text += text
    this.#heard?.()
  }

  #until(command: string, answer: (text: string) => Said | undefined): Promise<Said> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer)
        this.#heard = undefined
        act()
      }
      const fail = (why: string): void =>
        settle(() => reject(new Error(`\`${command}\` ${why}:\n${this.#text}`)))
      const timer = setTimeout(() => {
        fail(`did not end within ${COMMAND_TIMEOUT_MS} ms`)
        this.#signal('SIGKILL')
      }, COMMAND_TIMEOUT_MS)
      this.#heard = () => {
        const said = answer(this.#text)
        if (said) settle(() => resolve(said))
        else if (this.#hasEnded) fail('ended the shell')
      }
      this.#heard()
    })
  }

  /** To all of its processes; answers whether there are any. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#shell
    if (pid === undefined) return false
    try {
      return process.kill(-pid, signal)
    } catch {
      return false
    }
  }
}
