// Every upload of this tab. One line for each thing that was dropped, a folder with all its files; three files at a time
// go out, whichever line they are of. They go on while another page is shown.

import { RequestError } from '../net/request.ts'
import { Store } from '../net/store.ts'
import { makeFolder, refreshFiles, statFile } from './api.ts'
import type { Dropped } from './drop.ts'
import { freshName, joinPath, nameOf, parentOf } from './paths.ts'
import { Speed } from './speed.ts'
import { Upload } from './upload.ts'

/** A browser keeps six connections to a host, and the page needs some of them itself. */
const TOGETHER = 3
/** How often progress is drawn, ms. */
const DRAW_EVERY_MS = 100

export type TransferState =
  | 'waiting'
  | 'running'
  | 'paused'
  | 'asking'
  | 'retrying'
  | 'done'
  | 'failed'
  | 'cancelled'

/** One line, as it is drawn. */
export interface Transfer {
  readonly id: number
  readonly spaceId: string
  readonly folder: string
  readonly name: string
  readonly isFolder: boolean
  readonly state: TransferState
  readonly sizeBytes: number
  readonly sentBytes: number
  readonly bytesPerSecond: number
  readonly files: number
  readonly filesDone: number
  readonly skipped: number
  readonly failures: number
  readonly error?: unknown
}

export type Decision = 'replace' | 'both' | 'skip'
export interface Question {
  readonly name: string
  readonly folder: string
  readonly isOneOfMany: boolean
  answer(decision: Decision, forAll: boolean): void
}

interface Job {
  readonly path: string
  readonly file: File
  upload?: Upload
  sent: number
  hasFailed?: boolean
  decision?: Decision
}

interface Line {
  facts: Transfer
  readonly jobs: Job[]
  readonly running: Set<Job>
  stop: AbortController
  readonly speed: Speed
  forAll: { decision?: Decision }
}

export class Transfers {
  readonly shown = new Store<readonly Transfer[]>([])
  readonly question = new Store<Question | undefined>(undefined)
  readonly #lines: Line[] = []
  readonly #questions: Question[] = []
  #nextId = 1
  #drawing: ReturnType<typeof setTimeout> | undefined

  /** What is dropped together is asked about together. */
  add(spaceId: string, folder: string, dropped: readonly Dropped[]): void {
    const forAll = {}
    for (const one of dropped) this.#addLine(spaceId, folder, one, forAll)
    this.#draw()
    this.#fill()
  }

  get isBusy(): boolean {
    return this.#lines.some(({ facts }) => !isOver(facts.state))
  }

  pause(id: number): void {
    this.#stop(id, 'paused')
  }

  /** Of a paused one, or once more what failed. */
  resume(id: number): void {
    const line = this.#find(id)
    if (!line || !['paused', 'failed'].includes(line.facts.state)) return
    line.stop = new AbortController()
    for (const job of line.jobs) job.hasFailed = false
    this.#set(line, { state: 'waiting', failures: 0, error: undefined })
    this.#fill()
  }

  cancel(id: number): void {
    const line = this.#find(id)
    this.#stop(id, 'cancelled')
    for (const job of line?.jobs ?? []) void job.upload?.discard()
    if (line) this.#told(line)
  }

  clear(spaceId: string): void {
    const left = this.#lines.filter(
      ({ facts }) => facts.spaceId !== spaceId || !isOver(facts.state),
    )
    this.#lines.splice(0, this.#lines.length, ...left)
    this.#draw()
  }

  #addLine(spaceId: string, folder: string, one: Dropped, forAll: Line['forAll']): void {
    const sizeBytes = one.files.reduce((sum, { file }) => sum + file.size, 0)
    const line: Line = {
      facts: {
        id: this.#nextId++,
        spaceId,
        folder,
        name: one.name,
        isFolder: one.isFolder,
        state: 'waiting',
        sizeBytes,
        sentBytes: 0,
        bytesPerSecond: 0,
        files: one.files.length,
        filesDone: 0,
        skipped: 0,
        failures: 0,
      },
      jobs: one.files.map(({ path, file }) => ({ path: joinPath(folder, path), file, sent: 0 })),
      running: new Set(),
      stop: new AbortController(),
      speed: new Speed(),
      forAll,
    }
    this.#lines.push(line)
    this.#makeEmpty(line, one.emptyFolders).catch((error: unknown) =>
      this.#set(line, { state: 'failed', error }),
    )
  }

  async #makeEmpty(line: Line, folders: readonly string[]): Promise<void> {
    const { spaceId, folder } = line.facts
    for (const path of folders) {
      for (const above of foldersOf(path)) {
        await makeFolder(spaceId, joinPath(folder, above)).catch(unlessThere)
      }
    }
    if (line.jobs.length > 0) return
    this.#set(line, { state: 'done' })
    this.#told(line)
  }

  #fill(): void {
    for (const line of this.#lines) {
      const { state } = line.facts
      if (state !== 'waiting' && state !== 'running') continue
      for (const job of line.jobs) {
        if (this.#running >= TOGETHER) return
        if (line.running.has(job) || job.hasFailed) continue
        line.running.add(job)
        this.#set(line, { state: 'running' })
        void this.#run(line, job).then(() => this.#fill())
      }
    }
  }

  get #running(): number {
    return this.#lines.reduce((sum, { running }) => sum + running.size, 0)
  }

  /** Never rejects. */
  async #run(line: Line, job: Job): Promise<void> {
    const { signal } = line.stop
    try {
      const done = await this.#send(line, job, signal)
      line.jobs.splice(line.jobs.indexOf(job), 1)
      const { filesDone, skipped } = line.facts
      this.#set(line, done ? { filesDone: filesDone + 1 } : { skipped: skipped + 1 })
    } catch (error) {
      if (!signal.aborted) {
        this.#set(line, { failures: line.facts.failures + 1, error })
        // It is sent again from where it was when somebody asks for that.
        job.hasFailed = true
      }
    } finally {
      line.running.delete(job)
      this.#settle(line)
    }
  }

  /** False when it was skipped. */
  async #send(line: Line, job: Job, signal: AbortSignal): Promise<boolean> {
    const { spaceId } = line.facts
    let decision = job.decision ?? line.forAll.decision
    for (;;) {
      if (decision === 'skip') return false
      const path = decision === 'both' ? await this.#free(spaceId, job.path) : job.path
      if (decision === 'both' || !job.upload) job.upload = this.#begin(line, job, path)
      try {
        await job.upload.run(decision !== 'replace', signal)
        return true
      } catch (error) {
        if (!isConflict(error) || decision === 'replace') throw error
        delete job.upload
        decision = await this.#ask(line, job)
        job.decision = decision
        signal.throwIfAborted()
      }
    }
  }

  #begin(line: Line, job: Job, path: string): Upload {
    return new Upload(line.facts.spaceId, path, job.file, {
      onSent: (bytes) => {
        const more = bytes - job.sent
        job.sent = bytes
        const sentBytes = line.facts.sentBytes + more
        line.speed.add(sentBytes, performance.now())
        this.#set(line, { sentBytes, bytesPerSecond: line.speed.bytesPerSecond })
      },
      onRetry: (isRetrying) => {
        if (line.stop.signal.aborted) return
        this.#set(line, { state: isRetrying ? 'retrying' : 'running' })
      },
    })
  }

  async #free(spaceId: string, path: string): Promise<string> {
    const taken = new Set<string>()
    for (;;) {
      const name = freshName(nameOf(path), (fresh) => taken.has(fresh))
      const free = joinPath(parentOf(path), name)
      const isThere = await statFile(spaceId, free).then(
        () => true,
        () => false,
      )
      if (!isThere) return free
      taken.add(name)
    }
  }

  #ask(line: Line, job: Job): Promise<Decision> {
    const earlier = line.forAll.decision
    if (earlier) return Promise.resolve(earlier)
    this.#set(line, { state: 'asking' })
    return new Promise((resolve) => {
      const question: Question = {
        name: nameOf(job.path),
        folder: parentOf(job.path),
        isOneOfMany: this.#lines.reduce((sum, { jobs }) => sum + jobs.length, 0) > 1,
        answer: (decision, forAll) => {
          if (forAll) line.forAll.decision = decision
          this.#questions.splice(this.#questions.indexOf(question), 1)
          if (line.facts.state === 'asking') this.#set(line, { state: 'running' })
          resolve(decision)
          this.#askNext(forAll ? line.forAll : undefined)
        },
      }
      this.#forAllOf.set(question, line.forAll)
      this.#questions.push(question)
      this.question.set(this.#questions[0])
    })
  }

  readonly #forAllOf = new WeakMap<Question, Line['forAll']>()

  /** The next question, unless the answer was for it as well. */
  #askNext(settled: Line['forAll'] | undefined): void {
    const [next] = this.#questions
    this.question.set(next)
    const decision = settled?.decision
    if (next && decision && this.#forAllOf.get(next) === settled) next.answer(decision, true)
  }

  #settle(line: Line): void {
    if (line.running.size > 0 || isOver(line.facts.state) || line.facts.state === 'paused') return
    if (line.jobs.some(({ hasFailed }) => !hasFailed)) return
    this.#set(line, { state: line.jobs.length > 0 ? 'failed' : 'done', bytesPerSecond: 0 })
    this.#told(line)
  }

  #stop(id: number, state: 'paused' | 'cancelled'): void {
    const line = this.#find(id)
    if (!line || isOver(line.facts.state)) return
    this.#set(line, { state, bytesPerSecond: 0 })
    line.stop.abort()
  }

  #told({ facts }: Line): void {
    void refreshFiles(facts.spaceId)
  }

  #find(id: number): Line | undefined {
    return this.#lines.find(({ facts }) => facts.id === id)
  }

  #set(line: Line, change: Partial<Transfer>): void {
    line.facts = { ...line.facts, ...change }
    this.#drawing ??= setTimeout(() => this.#draw(), DRAW_EVERY_MS)
  }

  #draw(): void {
    clearTimeout(this.#drawing)
    this.#drawing = undefined
    this.shown.set(this.#lines.map(({ facts }) => facts))
  }
}

export const isOver = (state: TransferState): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled'

const isConflict = (error: unknown): boolean =>
  error instanceof RequestError && error.code === 'path_exists'

function unlessThere(error: unknown): void {
  if (!isConflict(error)) throw error
}

/** `a`, `a/b`, `a/b/c` */
const foldersOf = (path: string): string[] =>
  path.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'))

export const transfers = new Transfers()

window.addEventListener('beforeunload', (event) => {
  if (transfers.isBusy) event.preventDefault()
})
