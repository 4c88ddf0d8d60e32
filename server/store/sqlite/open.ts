// The SQLite store: a locked folder and a thread that owns the file. When the thread dies or the disk fails in the
// middle of a commit, only the file knows whether the commit happened; a new thread reads its meta row, which is
// written in the same transaction, and that is the answer.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { ownModule, ownUrl } from '../../program-folder.ts'
import { type FolderLock, lockFolder } from '../lock.ts'
import type { Log } from '../log.ts'
import {
  type Batch,
  isSameMeta,
  type Meta,
  type News,
  type SpanAnswer,
  type SpanQuery,
  type Store,
  type StoredEntry,
  type StreamQuery,
  type Sweep,
} from '../store.ts'
import { Unpacking } from './packed.ts'
import { DatabaseThread, OutcomeUnknown } from './thread.ts'

const WORKER = ownModule('server/store/sqlite/worker.ts')
export const MIGRATIONS = ownUrl('migrations/sqlite/')
export const DATABASE_FILE = 'state.db'

export interface SqliteOptions {
  /** The peer's data folder; made when it is not there. */
  readonly folder: string
  /** The file, when it is not the one of the data folder. */
  readonly path?: string
  readonly log: Log
  /** For tests: another thread, or other migrations. */
  readonly worker?: URL
  readonly migrations?: URL
}

/**
 * Rejects with `already_running`, `schema_newer`, `schema_altered`, `store_full`, or `store_failed` when the file cannot
 * be opened.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const lock = lockFolder(options.folder)
  const store = new SqliteStore(options, lock)
  try {
    await store.open()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

class SqliteStore implements Store {
  readonly shared = false
  readonly #options: SqliteOptions
  readonly #lock: FolderLock
  #thread: DatabaseThread | undefined
  #opening: Promise<DatabaseThread> | undefined
  /** The meta row as it was when the present thread opened the file. */
  #metaAtOpen: Meta | undefined

  constructor(options: SqliteOptions, lock: FolderLock) {
    this.#options = options
    this.#lock = lock
  }

  async open(): Promise<void> {
    await this.#ready()
  }

  /** The thread reads the next batch while this one is taken in: at a hundred thousand rows that halves a start. */
  async *load(): AsyncIterable<Batch> {
    const thread = await this.#ready()
    const ask = () => {
      const answer = sure(thread.ask('load', undefined))
      answer.catch(() => undefined) // whoever stops reading does not wait for it
      return answer
    }
    const unpacking = new Unpacking()
    let next = ask()
    for (;;) {
      const batch = await next
      if (!batch) return
      next = ask()
      yield unpacking.batch(batch)
    }
  }

  async commit(batch: Batch, after: Meta | undefined): Promise<void> {
    const thread = await this.#ready()
    try {
      await thread.ask('commit', { batch, after })
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error
      await this.#learnOutcome(thread, batch.meta, error)
    }
  }

  async meta(): Promise<Meta | undefined> {
    const thread = await this.#ready()
    return sure(thread.ask('meta', undefined))
  }

  /** There are none: the folder's lock keeps every other writer out. */
  news(): Promise<News> {
    return Promise.reject(new SkeinError('store_failed', { reason: 'nobody shares this file' }))
  }

  away(): undefined {}

  async readStream(query: StreamQuery): Promise<readonly StoredEntry[]> {
    const thread = await this.#ready()
    return sure(thread.ask('read', query))
  }

  async sweep(cut: Sweep): Promise<number> {
    const thread = await this.#ready()
    return sure(thread.ask('sweep', cut))
  }

  async readSpans(query: SpanQuery): Promise<SpanAnswer> {
    const thread = await this.#ready()
    return new Unpacking().spans(await sure(thread.ask('spans', query)))
  }

  /** Leaves the file checkpointed and the folder free. */
  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    try {
      if (thread && !thread.exited) await thread.ask('close', undefined)
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the database was not closed cleanly')
    }
    await thread?.terminate()
    this.#lock.release()
  }

  /** The thread, started again when it has died. Rejects with why it cannot be. */
  #ready(): Promise<DatabaseThread> {
    if (this.#thread && !this.#thread.exited) return Promise.resolve(this.#thread)
    this.#opening ??= this.#start().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #start(): Promise<DatabaseThread> {
    const { folder, worker = WORKER, migrations = MIGRATIONS } = this.#options
    const path = this.#options.path ?? join(folder, DATABASE_FILE)
    const thread = new DatabaseThread(worker, { path, migrations: migrations.href })
    try {
      const { meta } = await sure(thread.ask('open', undefined))
      this.#metaAtOpen = meta
      this.#thread = thread
      return thread
    } catch (error) {
      await thread.terminate()
      throw error
    }
  }

  /** Returns when the commit is on disk after all; rejects when it is not, or when nobody can tell. */
  async #learnOutcome(thread: DatabaseThread, wanted: Meta, cause: OutcomeUnknown): Promise<void> {
    this.#options.log.error({ err: cause }, 'a commit was cut off; opening the database again')
    await thread.terminate()
    await this.#ready()
    const found = this.#metaAtOpen
    if (found && isSameMeta(found, wanted)) return
    throw new SkeinError('store_failed', { reason: cause.message }, cause)
  }
}

/** For questions that change nothing: not to know the outcome is a plain failure. */
async function sure<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw error
    throw new SkeinError('store_failed', { reason: error.message }, error)
  }
}
