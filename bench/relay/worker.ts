// A process of the bench that answers questions over its channel. It ends with whoever started it.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { ONE_COLLECTOR_FLAG, PEER_HEAP_FLAG } from '#protocol/heap.ts'

const PATIENCE_MS = 240_000

export class Worker {
  readonly child: ChildProcess
  readonly #said: object[] = []
  readonly #ended = new AbortController()

  /** `file` is beside this one. */
  constructor(file: string, ...argv: readonly string[]) {
    const path = new URL(file, import.meta.url).pathname
    // As a peer runs.
    const execArgv = [PEER_HEAP_FLAG, ONE_COLLECTOR_FLAG]
    this.child = fork(path, argv, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
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
