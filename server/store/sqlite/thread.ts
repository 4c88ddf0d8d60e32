// The main thread's end of the database's thread: questions and their answers. When the thread dies, every question that
// is open fails as one whose outcome is not known.

import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SkeinError } from '#protocol/errors.ts'
import type { Answer, Ask, Op, Question, Reply, WorkerStart } from './messages.ts'

/** Megabytes: batches die young, and with V8's default the load of 100,000 rows leaves 70 MB more behind. */
const YOUNG_MB = 4

/** The answer that says nothing: the write may or may not be on disk. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}

/** A thread does not use its process's cache by itself; what it imports would be compiled anew, in twice the memory. */
function compileCache(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir()
  // Node adds a folder for its own version.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

export class DatabaseThread {
  readonly #worker: Worker
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #gone = Promise.withResolvers<void>()
  #failure: Error | undefined
  #lastId = 0
  #exited = false

  constructor(worker: URL, start: WorkerStart) {
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
    const options = { workerData: start, name: 'skein store', resourceLimits }
    this.#worker = new Worker(worker, { ...options, env: { ...process.env, ...compileCache() } })
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (error) => {
      this.#failure = error
    })
    this.#worker.on('exit', (status) => this.#exit(status))
  }

  get exited(): boolean {
    return this.#exited
  }

  /** Rejects with a coded error, or with OutcomeUnknown. */
  ask<O extends Op>(op: O, ask: Ask<O>): Promise<Answer<O>> {
    if (this.#exited) return Promise.reject(new OutcomeUnknown('the database’s thread has ended'))
    const id = ++this.#lastId
    const answer = Promise.withResolvers<unknown>()
    this.#open.set(id, answer)
    this.#worker.postMessage({ id, op, ask } satisfies Question<O>)
    return answer.promise as Promise<Answer<O>>
  }

  /** Ends the thread at once; what SQLite had not finished is undone by the next who opens the file. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
    await this.#gone.promise
  }

  #settle(reply: Reply): void {
    const answer = this.#open.get(reply.id)
    this.#open.delete(reply.id)
    if ('answer' in reply) answer?.resolve(reply.answer)
    else if ('refused' in reply) answer?.reject(SkeinError.fromBody(reply.refused))
    else if (reply.failed.unsure) answer?.reject(new OutcomeUnknown(reply.failed.reason))
    else answer?.reject(new SkeinError(reply.failed.code, { reason: reply.failed.reason }))
  }

  #exit(status: number): void {
    this.#exited = true
    const reason = this.#failure?.message ?? `the database’s thread ended with status ${status}`
    for (const answer of this.#open.values()) answer.reject(new OutcomeUnknown(reason))
    this.#open.clear()
    this.#gone.resolve()
  }
}
