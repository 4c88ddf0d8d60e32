// A store without a disk, for tests of everything above it. It keeps and refuses exactly what a database would, and a
// test can make it fail, hold a commit back, go away, or go back to an earlier state. `reopen` shows what would be there
// after a crash, `share` is what another peer on the same database has.

import { type ErrorCode, SkeinError } from '#protocol/errors.ts'
import { MemoryDisk } from './memory-disk.ts'
import type {
  Away,
  Batch,
  Meta,
  News,
  SpanAnswer,
  SpanQuery,
  Store,
  StoredEntry,
  StreamQuery,
  Sweep,
} from './store.ts'

/** A database as several stores have it open. */
interface Shared {
  disk: MemoryDisk
}

export class MemoryStore implements Store {
  readonly shared: boolean
  readonly #database: Shared
  #failure: ErrorCode | undefined
  #held: PromiseWithResolvers<void> | undefined
  #away: Away | undefined
  /** How many commits were made or refused. */
  commits = 0
  /** How long each answer takes to arrive, as a network would have it. */
  lag: (() => Promise<void>) | undefined

  constructor(database: Shared = { disk: new MemoryDisk() }, shared = false) {
    this.#database = database
    this.shared = shared
  }

  async *load(): AsyncIterable<Batch> {
    this.#assertThere()
    await this.lag?.()
    const { meta, rows, tombstones, claims, heard, floors, parked } = this.#disk
    if (!meta) return
    yield {
      meta,
      rows: structuredClone([...rows.values()]),
      tombstones: structuredClone([...tombstones.values()]),
      claims: structuredClone([...claims.values()]),
      entries: [],
      heard: structuredClone([...heard.values()]),
      floors: [...floors.values()],
      parked: structuredClone([...parked.values()]),
    }
  }

  async commit(batch: Batch, after: Meta | undefined): Promise<void> {
    this.commits++
    await this.#held?.promise
    await this.lag?.()
    this.#assertThere()
    if (this.#failure) {
      const code = this.#failure
      this.#failure = undefined
      throw new SkeinError(code, { reason: 'a test asked for it' })
    }
    this.#disk.commit(structuredClone(batch), after)
    await this.lag?.()
  }

  async meta(): Promise<Meta | undefined> {
    this.#assertThere()
    return this.#disk.meta
  }

  async news(after: Meta): Promise<News> {
    await this.lag?.()
    this.#assertThere()
    const news = structuredClone(this.#disk.news(after))
    await this.lag?.()
    return news
  }

  away(): Away | undefined {
    return this.#away
  }

  async readStream({ stream, subject, before, limit }: StreamQuery): Promise<StoredEntry[]> {
    return this.#disk.entries
      .filter((entry) => entry.stream === stream && entry.position < (before ?? Infinity))
      .filter((entry) => subject === undefined || entry.subject === subject)
      .reverse()
      .slice(0, limit)
  }

  async sweep(cut: Sweep): Promise<number> {
    return this.#disk.sweep(cut)
  }

  async readSpans(query: SpanQuery): Promise<SpanAnswer> {
    return structuredClone(this.#disk.readSpans(query))
  }

  async close(): Promise<void> {}

  /** The next commit fails with this code; without one it does not. */
  failNext(code: 'store_full' | 'store_failed' | undefined): void {
    this.#failure = code
  }

  /** Commits wait until the answer is called. */
  hold(): () => void {
    const held = Promise.withResolvers<void>()
    this.#held = held
    return () => {
      this.#held = undefined
      held.resolve()
    }
  }

  /** From now on it does not answer, or does again. */
  setAway(away: Away | undefined): void {
    this.#away = away
  }

  /** What another process would find. */
  reopen(): MemoryStore {
    return new MemoryStore(this.#database, this.shared)
  }

  /** The same database as another peer has it open. */
  share(): MemoryStore {
    return new MemoryStore(this.#database, true)
  }

  /** What the database is now, to go back to. */
  snapshot(): MemoryDisk {
    return this.#disk.copy()
  }

  /** For every peer that has it open. With `isSeen` the drivers find another server, as after a failover. */
  goBack(to: MemoryDisk, isSeen = true): void {
    const server = this.#disk.server + (isSeen ? 1 : 0)
    this.#database.disk = Object.assign(to.copy(), { server })
  }

  get #disk(): MemoryDisk {
    return this.#database.disk
  }

  #assertThere(): void {
    const away = this.#away
    if (away) throw new SkeinError('store_unavailable', { seconds: 0, reason: away.reason })
  }
}

export function openMemoryStore(): MemoryStore {
  return new MemoryStore()
}

/** As several peers have it open: each takes a `share` of its own. */
export function openSharedMemoryStore(): MemoryStore {
  return new MemoryStore(undefined, true)
}
