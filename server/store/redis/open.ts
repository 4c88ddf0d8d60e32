// The Redis store. A commit is one script, so Redis has all of it or nothing; when a connection ends in the middle of one, the same
// commit with the same token is sent again until an answer says which. Nobody owns the database: whose commit was
// decided upon an older state is refused, and asks for the news.

import { SkeinError } from '#protocol/errors.ts'
import { type Clock, type Random, systemClock, systemRandom } from '../../clock.ts'
import type { RedisAddress } from '../address.ts'
import type { Log } from '../log.ts'
import {
  type Away,
  type Batch,
  type Meta,
  type News,
  REMEMBERED_COMMITS,
  type SpanAnswer,
  type SpanQuery,
  type Store,
  type StoredEntry,
  type StreamQuery,
  type Sweep,
} from '../store.ts'
import type { Connection, Reply } from './connection.ts'
import { ConnectionLost, meaningOf, NotNow, reasonOf } from './failure.ts'
import { connectionOptions } from './options.ts'
import { noteOf, readNews, readPage } from './pages.ts'
import { metaOf, NOTHING } from './read.ts'
import { Reconnecting } from './reconnect.ts'
import { readSpans, readStream, sweepEntries } from './spans.ts'
import { type Argument, metaArguments, operationsOf } from './write.ts'

/** How long a start waits for a server that does not answer yet, ms: it may be starting as well. */
const START_MS = 30_000
/** How long a read waits, ms, when the database is away. */
const READ_MS = 3000
/** How long a commit that nobody has received waits, ms; one that may have been is asked after until that is known. */
const SEND_MS = 10_000
/** Between two tries, ms. */
const PAUSE_MS = 100
/** What stands in the meta row of a database that this version can read. */
const FORMAT = '1'
/** Of a commit: nobody else's is the same. */
const TOKEN_BYTES = 12

export interface RedisStoreOptions {
  readonly address: RedisAddress
  readonly log: Log
  readonly clock?: Clock
  readonly random?: Random
  /** For tests. */
  readonly startMs?: number
}

/**
 * Rejects with `store_unavailable`, `store_denied`, `store_untrusted`, `store_not_durable`, `schema_newer` or
 * `store_failed`.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
  const store = new RedisStore(options)
  try {
    await store.open(options.startMs ?? START_MS)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

class RedisStore implements Store {
  readonly shared = true
  readonly #clock: Clock
  readonly #random: Random
  readonly #server: Reconnecting
  /** What was noted of the last commit of ours. */
  #last: { readonly revision: number; readonly note: string } | undefined
  #isClosed = false

  constructor({ address, log, clock = systemClock, random = systemRandom }: RedisStoreOptions) {
    this.#clock = clock
    this.#random = random
    const connection = () => connectionOptions(address, clock)
    this.#server = new Reconnecting({ connection, log, clock, random })
  }

  async open(waitMs: number): Promise<void> {
    const connection = await this.#server.ready(waitMs)
    const [format] = await connection.read('meta', ['format'])
    if (format && format.toString() !== FORMAT) throw newer(format.toString())
  }

  async *load(): AsyncIterable<Batch> {
    const ask = (behind: number) => {
      const page = this.#read((connection) => readPage(connection, NOTHING, behind))
      page.catch(() => undefined) // whoever stops reading does not wait for it
      return page
    }
    let next = ask(NOTHING)
    const first = await next
    for (let page = first; first && page; page = await next) {
      const isLast = page.upTo >= page.meta.revision
      next = isLast ? Promise.resolve(undefined) : ask(page.upTo)
      yield { ...page.batch, meta: first.meta }
    }
  }

  async commit(batch: Batch, after: Meta | undefined): Promise<void> {
    const token = Buffer.from(this.#random(TOKEN_BYTES)).toString('base64url')
    const note = noteOf(token, batch.meta)
    const answer = String(await this.#send(commitArguments(note, batch, after)))
    if (answer === 'newer') throw newer('a newer one')
    if (answer !== 'kept') throw new SkeinError('store_moved')
    this.#last = { revision: batch.meta.revision, note }
  }

  async meta(): Promise<Meta | undefined> {
    const fields = ['origin', 'seq', 'hlc', 'revision', 'position']
    return this.#read(async (connection) => metaOf(await connection.read('meta', fields)))
  }

  async news(after: Meta): Promise<News> {
    const last = this.#last
    const known = last?.revision === after.revision ? last.note : undefined
    return this.#read((connection) => readNews(connection, after, known))
  }

  away(): Away | undefined {
    return this.#server.away()
  }

  async readStream(query: StreamQuery): Promise<readonly StoredEntry[]> {
    return this.#read((connection) => readStream(connection, query))
  }

  async sweep(cut: Sweep): Promise<number> {
    return this.#read((connection) => sweepEntries(connection, cut))
  }

  async readSpans(query: SpanQuery): Promise<SpanAnswer> {
    return this.#read((connection) => readSpans(connection, query))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#server.close()
  }

  /** A question that may be asked twice. */
  async #read<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    const untilMs = this.#clock.monotonicMs() + this.#patienceMs()
    for (;;) {
      const connection = await this.#server.ready(Math.max(0, untilMs - this.#clock.monotonicMs()))
      try {
        return await ask(connection)
      } catch (error) {
        if (!(error instanceof NotNow || error instanceof ConnectionLost)) throw readable(error)
        await this.#giveUp(connection, error)
        if (this.#clock.monotonicMs() > untilMs) throw this.#server.unavailable(READ_MS)
      }
    }
  }

  /** For a database that has been away for a while nobody waits. */
  #patienceMs(): number {
    const away = this.#server.away()
    return away && this.#clock.nowMs() - away.sinceMs > READ_MS ? 0 : READ_MS
  }

  /** Until it is known whether the commit was kept; by its token it is made once however often it is sent. */
  async #send(args: readonly Argument[]): Promise<Reply> {
    const untilMs = this.#clock.monotonicMs() + SEND_MS
    let isUnknown = false
    for (;;) {
      try {
        const connection = await this.#server.ready(SEND_MS)
        try {
          return await connection.run('commit', [connection.facts.runId, ...args])
        } catch (error) {
          const meaning = meaningOf(error)
          if (meaning instanceof SkeinError) throw meaning
          if (meaning instanceof ConnectionLost) isUnknown = true
          await this.#giveUp(connection, meaning)
        }
      } catch (error) {
        const isAway = error instanceof SkeinError && error.code === 'store_unavailable'
        if (!isAway || !isUnknown || this.#isClosed) throw error
      }
      const isLate = this.#clock.monotonicMs() > untilMs
      if (isLate && !isUnknown) throw this.#server.unavailable(SEND_MS)
    }
  }

  /** Another connection may be to another server, or to this one when it is ready. */
  async #giveUp(connection: Connection, cause: NotNow | ConnectionLost): Promise<void> {
    connection.close(cause.message)
    await this.#clock.delay(PAUSE_MS)
  }
}

/** What comes after the server's run, which is known when it is sent. */
function commitArguments(note: string, batch: Batch, after: Meta | undefined): Argument[] {
  const { meta } = batch
  return [
    note,
    FORMAT,
    String(REMEMBERED_COMMITS),
    after ? '0' : '1',
    ...(after ? metaArguments(after) : ['', '', '', '']),
    ...metaArguments(meta),
    String(meta.position),
    ...operationsOf(batch),
  ]
}

/** What is neither the server's nor the connection's is an answer of a form that we never wrote. */
function readable(error: unknown): SkeinError {
  if (error instanceof SkeinError) return error
  const reason = `the database holds what Skein did not write (${reasonOf(error).split('\n')[0]})`
  return new SkeinError('store_failed', { reason }, error)
}

const newer = (format: string): SkeinError =>
  new SkeinError('schema_newer', { name: `of the Redis format ${format}` })
