// One shell in which a page's commands run in turn, as its reader would run them: folders, variables and what stays
// running last from one to the next.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'

/** A page's slowest command starts a space on a machine that has other things to do. */
const COMMAND_TIMEOUT_MS = 150_000

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
    this.#write(`{ ${command}\n} </dev/null`, mark)
    return await this.#until(command, (text) => {
      const end = text.indexOf(`\n${mark} `)
      onOutput(end < 0 ? text : text.slice(0, end))
      const status = end < 0 ? undefined : /^\d+(?=\n)/.exec(text.slice(end + mark.length + 2))
      return status ? { status: Number(status[0]), output: text.slice(0, end) } : undefined
    })
  }

  /** Runs a command that stays, such as one that forwards a port, until it has said that. */
  async begin(command: string, ready: RegExp): Promise<Said> {
    this.#write(`{ ${command}\n} </dev/null &`, randomUUID())
    return await this.#until(command, (text) =>
      ready.test(text) ? { status: 0, output: text } : undefined,
    )
  }

  /** Ends the shell and everything that it started. */
  async close(): Promise<void> {
    if (this.#hasEnded) return
    const closed = once(this.#shell, 'close')
    this.#kill()
    await closed
  }

  #write(command: string, mark: string): void {
    this.#text = ''
    this.#shell.stdin.write(`${command}\nprintf '\\n%s %s\\n' ${mark} $?\n`)
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
        this.#kill()
      }, COMMAND_TIMEOUT_MS)
      this.#heard = () => {
        const said = answer(this.#text)
        if (said) settle(() => resolve(said))
        else if (this.#hasEnded) fail('ended the shell')
      }
      this.#heard()
    })
  }

  #kill(): void {
    const { pid } = this.#shell
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    } catch {
      // All of it has ended.
    }
  }
}
