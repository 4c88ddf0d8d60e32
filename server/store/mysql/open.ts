// The MySQL store. A commit is one text of statements; when its answer is lost, the same commit is made again, with the token
// that it notes beside its revision: it may be there only once, and whoever finds the revision taken sees by the token
// whether it took it itself. Reading and writing go on at the next host that lets us in.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock, Random } from '../../clock.ts'
import { systemClock, systemRandom } from '../../clock.ts'
import { hostText, type MysqlAddress } from '../address.ts'
import type { Log } from '../log.ts'
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
} from '../store.ts'
import { META, metaOf } from './columns.ts'
import { DatabaseFailure } from './failure.ts'
import { load } from './load.ts'
import { migrate } from './migrate.ts'
import { readNews } from './news.ts'
import { packed, statementsOf } from './script.ts'
import { Servers } from './servers.ts'
import type { Session } from './session.ts'
import { readSpans } from './spans.ts'
import { sql } from './sql.ts'
import { forgetCommits, readStream, sweepEntries } from './stream.ts'

export const MIGRATIONS = new URL('../../../migrations/mysql/', import.meta.url)

/** How long a start waits for a database that may be starting too, ms. */
const START_MS = 30_000
/** How long a commit of which nothing was sent yet waits for the database, ms: as long as anybody waits for it. */
const WRITE_MS = 10_000
/** Pauses between attempts, ms: the first, and the longest. Each is doubled, and shortened by chance. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000
/** Of one text: far below what any server takes. */
const TEXT_CHARS = 512 * 1024
/** Commits between two looks at what may be forgotten. */
const FORGET_EACH = 1000

export interface MysqlOptions {
  readonly address: MysqlAddress
  readonly log: Log
  readonly clock?: Clock
  readonly random?: Random
  /** For tests. */
  readonly migrations?: URL
  readonly startMs?: number
}

/**
 * Rejects with `schema_newer`, `schema_altered`, `store_denied`, `store_untrusted`, or `store_unavailable` when it has not
 * answered for half a minute.
 */
export async function openMysqlStore(options: MysqlOptions): Promise<MysqlStore> {
  const store = new MysqlStore(options)
  try {
    await store.open()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

export class MysqlStore implements Store {
  readonly shared = true
  readonly #servers: Servers
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: Log
  readonly #options: MysqlOptions
  readonly #closing = new AbortController()
  #forgetting: Promise<void> | undefined

  constructor(options: MysqlOptions) {
    const { address, log, clock = systemClock, random = systemRandom } = options
    this.#options = options
    this.#clock = clock
    this.#random = random
    this.#log = log
    this.#servers = new Servers({
      address,
      clock,
      onChange: (host, failure) => {
        if (host) log.info({ database: hostText(host) }, 'speaking to the database')
        else log.error({ reason: failure?.message }, 'the database does not answer')
      },
    })
  }

  async open(): Promise<void> {
    const { migrations = MIGRATIONS, startMs = START_MS } = this.#options
    const begunMs = this.#clock.monotonicMs()
    const use = this.#servers.use.bind(this.#servers)
    const makers = { clock: this.#clock, random: this.#random, log: this.#log }
    for (let attempt = 0; ; attempt++) {
      try {
        await migrate(use, { folder: migrations, ...makers })
        return
      } catch (error) {
        if (!(error instanceof DatabaseFailure)) throw error
        const waitedMs = this.#clock.monotonicMs() - begunMs
        throwLasting(error)
        if (waitedMs > startMs) throw inform(error, waitedMs)
        await this.#pause(attempt)
      }
    }
  }

  async *load(): AsyncIterable<Batch> {
    const lent = await this.#servers.lend().catch(told)
    let isWhole = false
    try {
      yield* load(lent.session)
      isWhole = true
    } catch (error) {
      throw inform(lent.fail(error))
    } finally {
      if (!isWhole) lent.session.end()
      lent.giveBack()
    }
  }

  async commit(batch: Batch, after: Meta | undefined): Promise<void> {
    const token = this.#random(16)
    const begunMs = this.#clock.monotonicMs()
    let isSent = false
    for (let attempt = 0; ; attempt++) {
      const ended = await this.#attempt({ batch, after, token }, () => {
        isSent = true
      })
      if (ended === 'written') break
      const waitedMs = this.#clock.monotonicMs() - begunMs
      if (ended !== 'again' && !isSent && waitedMs > WRITE_MS) {
        throw inform(ended, waitedMs)
      }
      await this.#pause(attempt)
    }
    this.#forgetNow(batch.meta.revision)
  }

  meta(): Promise<Meta | undefined> {
    return this.#read(async (session) => {
      const [[line] = []] = await session.ask(META)
      return metaOf(line)
    })
  }

  news(after: Meta): Promise<News> {
    return this.#read((session) => readNews(session, after))
  }

  away(): Away | undefined {
    return this.#servers.away
  }

  readStream(query: StreamQuery): Promise<readonly StoredEntry[]> {
    return this.#read((session) => readStream(session, query))
  }

  sweep(cut: Sweep): Promise<number> {
    return this.#read((session) => sweepEntries(session, cut))
  }

  readSpans(query: SpanQuery): Promise<SpanAnswer> {
    return this.#read((session) => readSpans(session, query))
  }

  async close(): Promise<void> {
    this.#closing.abort(new SkeinError('store_failed', { reason: 'the store is closed' }))
    await this.#forgetting
    this.#servers.close()
  }

  /** The second time at the next host, or by a fresh connection where the server had ended the old one. */
  async #read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#servers.use(work)
    } catch (error) {
      if (!(error instanceof DatabaseFailure) || !AGAIN.includes(error.kind)) throw inform(error)
      return await this.#servers.use(work).catch(told)
    }
  }

  /** Throws what is certain; answers why it must be tried again. `onSent` is told when its outcome is not known. */
  async #attempt(
    commit: { batch: Batch; after: Meta | undefined; token: Uint8Array },
    onSent: () => void,
  ): Promise<'written' | 'again' | DatabaseFailure> {
    try {
      return await this.#servers.use((session) => write(session, commit))
    } catch (error) {
      if (!(error instanceof DatabaseFailure)) throw error
      const { kind } = error
      if (kind === 'full' || kind === 'failed' || kind === 'duplicate') throw inform(error)
      if (kind === 'lost' || kind === 'notServing') onSent()
      return kind === 'again' ? 'again' : error
    }
  }

  /** Rejects when the store is closed. */
  #pause(attempt: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10))
    const [chance = 0] = this.#random(1)
    return this.#clock.delay((longest * (128 + chance)) / 384, this.#closing.signal)
  }

  #forgetNow(revision: number): void {
    if (revision % FORGET_EACH !== 0 || this.#forgetting) return
    this.#forgetting = this.#servers
      .use((session) => forgetCommits(session, revision))
      .catch((err: unknown) => this.#log.warn({ err }, 'old commits are not forgotten yet'))
      .finally(() => {
        this.#forgetting = undefined
      })
  }
}

const AGAIN = ['lost', 'notServing', 'readOnly', 'again']

/** The whole commit; undone by the server when the connection ends before it does. What it throws is certain, but when lost. */
async function write(
  session: Session,
  { batch, after, token }: { batch: Batch; after: Meta | undefined; token: Uint8Array },
): Promise<'written' | 'again'> {
  const { revision } = batch.meta
  try {
    for (const text of textsOf(batch, after, token)) await session.ask(text)
    return 'written'
  } catch (error) {
    if (!(error instanceof DatabaseFailure) || session.isDead) throw error
    const [[line] = []] = await session.ask(
      sql`ROLLBACK;SELECT 1 FROM commits WHERE revision = ${revision} AND token = ${token}`,
    )
    if (line) return 'written' // by an attempt whose answer was lost
    if (error.kind === 'again') return 'again'
    if (error.kind === 'duplicate') throw new SkeinError('store_moved')
    throw error
  }
}

function* textsOf(batch: Batch, after: Meta | undefined, token: Uint8Array): Generator<string> {
  function* all(): Generator<string> {
    yield* statementsOf(batch, after, token)
    yield 'COMMIT'
  }
  yield* packed(all(), TEXT_CHARS)
}

function told(error: unknown): never {
  throw inform(error)
}

/** At a start: what waiting does not mend. Later it is waited for, since passwords and certificates are renewed. */
function throwLasting(error: DatabaseFailure): void {
  const { kind, message: reason } = error
  if (kind === 'denied') throw new SkeinError('store_denied', { reason }, error)
  if (kind === 'untrusted') throw new SkeinError('store_untrusted', { reason }, error)
}

/** What a caller is told. */
function inform(error: unknown, waitedMs = 0): unknown {
  if (!(error instanceof DatabaseFailure)) return error
  const { kind, message: reason } = error
  switch (kind) {
    case 'full':
      return new SkeinError('store_full', {}, error)
    case 'failed':
    case 'duplicate':
      return new SkeinError('store_failed', { reason }, error)
  }
  const seconds = Math.round(waitedMs / 1000)
  return new SkeinError('store_unavailable', { seconds, reason }, error)
}
