// A process of the bench that answers questions over its channel. It ends with whoever started it.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { AGENT_FLAGS, PEER_FLAGS } from '#protocol/heap.ts'

const PATIENCE_MS = 240_000

/** How each kind of process is started: as the product does. People's programs, and what we are measured beside, alike. */
const FLAGS = {
  agent: AGENT_FLAGS,
  peer: PEER_FLAGS,
  person: AGENT_FLAGS,
} as const

export class Worker {
  readonly child: ChildProcess
  readonly #said: object[] = []
  readonly #ended = new AbortController()

  /** `file` is beside this one. */
  constructor(kind: keyof typeof FLAGS, file: string, ...argv: readonly string[]) {
    const path = new URL(file, import.meta.url).pathname
    this.child = fork(path, argv, {
      execArgv: [...FLAGS[kind]],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.child.on('message', (message: object) => this.#said.push(message))
    this.child.on('exit', () => this.#ended.abort(new Error(`${file} ended`)))
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** The next thing it says, after `question` where there is one. */
  async next<T extends object>(question?: object): Promise<T> {
    if (question) this.child.send(question)
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.#ended.signal])
    while (this.#said.length === 0) await once(this.child, 'message', { signal })
    return this.#said.shift() as T
  }

  close(): void {
    this.child.kill('SIGKILL')
  }
}
