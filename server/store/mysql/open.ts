// The MySQL store. A commit is one text of statements; when its answer is lost, the same commit is made again, with the token
// that it notes beside its revision: it may be there only once, and whoever finds the revision taken sees by the token
// whether it took it itself. Reading and writing go on at the next host that lets us in.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock, Random } from '../../clock.ts'
import { systemClock, systemRandom } from '../../clock.ts'
import { ownUrl } from '../../program-folder.ts'
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
import { DatabaseFailure, type FailureKind } from './failure.ts'
import { load } from './load.ts'
import { migrate } from './migrate.ts'
import { readNews } from './news.ts'
import { type Commit, packed, statementsOf } from './script.ts'
import { Servers } from './servers.ts'
import type { Session } from './session.ts'
import { readSpans } from './spans.ts'
import { sql } from './sql.ts'
import { forgetCommits, readStream, sweepEntries } from './stream.ts'

export const MIGRATIONS = ownUrl('migrations/mysql/')

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
  readonly writeMs?: number
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
  /**
   * Whether there may be groups in quarantine. A commit is taken only upon what was loaded, told as news or committed here, so
   * nobody else can have put one there unseen.
   */
  #isParked = true
  #parkings = 0
  /** Whoever pauses for a database that is away goes on when it is back. */
  #back = Promise.withResolvers<void>()

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
        if (host) {
          log.info({ database: hostText(host) }, 'speaking to the database')
          this.#answered()
        } else log.error({ reason: failure?.message }, 'the database does not answer')
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
    let found = 0
    const parkings = this.#parkings
    try {
      for await (const batch of load(lent.session)) {
        found += batch.parked?.length ?? 0
        yield batch
      }
      isWhole = true
      if (found === 0 && parkings === this.#parkings) this.#isParked = false
    } catch (error) {
      throw inform(lent.fail(error))
    } finally {
      if (!isWhole) lent.session.end()
      lent.giveBack()
    }
  }

  async commit(batch: Batch, after: Meta | undefined): Promise<void> {
    const mayUnpark = this.#note(batch)
    const commit = { batch, after, token: this.#random(16), mayUnpark }
    const { writeMs = WRITE_MS } = this.#options
    const begunMs = this.#clock.monotonicMs()
    let isSent = false
    let last: DatabaseFailure | undefined
    for (let attempt = 0; ; attempt++) {
      const waitedMs = this.#clock.monotonicMs() - begunMs
      const isLate = waitedMs > writeMs
      // Nobody waits for it any more, and nothing was sent: to make it now would surprise.
      if (isLate && last && !isSent) throw inform(last, waitedMs)
      const work = isLate && isSent ? look : write
      const ended = await this.#attempt((session) => work(session, commit))
      if (ended === 'written') break
      if (ended instanceof DatabaseFailure) {
        last = ended
        if (UNSURE.includes(ended.kind)) isSent = true
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

  async news(after: Meta): Promise<News> {
    const news = await this.#read((session) => readNews(session, after))
    if (news.kind === 'news') for (const batch of news.batches) this.#note(batch)
    return news
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

  /** Throws what is certain; answers why it must be tried again. */
  async #attempt(work: (session: Session) => Promise<Ended>): Promise<Ended | DatabaseFailure> {
    try {
      return await this.#servers.use(work)
    } catch (error) {
      if (!(error instanceof DatabaseFailure) || CERTAIN.includes(error.kind)) throw inform(error)
      return error
    }
  }

  /** Rejects when the store is closed. */
  async #pause(attempt: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10))
    const [chance = 0] = this.#random(1)
    const back = new AbortController()
    const signal = AbortSignal.any([this.#closing.signal, back.signal])
    const pause = this.#clock.delay((longest * (128 + chance)) / 384, signal)
    pause.catch(() => undefined) // it is back
    await Promise.race([pause, this.#back.promise])
    back.abort()
  }

  #note({ parked = [] }: Batch): boolean {
    if (parked.length > 0) {
      this.#isParked = true
      this.#parkings++
    }
    return this.#isParked
  }

  #answered(): void {
    this.#back.resolve()
    this.#back = Promise.withResolvers()
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

/** A read is tried once more after these. */
const AGAIN: readonly FailureKind[] = ['lost', 'notServing', 'readOnly', 'again']
/** A commit is undone, and it is of no use to make it again. */
const CERTAIN: readonly FailureKind[] = ['full', 'failed', 'duplicate']
/** A commit may have been made. */
const UNSURE: readonly FailureKind[] = ['lost', 'notServing']

type Decided = Omit<Commit, 'server'>
type Ended = 'written' | 'again'

/** Undone by the server when the connection ends before it does. What it throws is certain, but when lost. */
async function write(session: Session, commit: Decided): Promise<Ended> {
  try {
    const { id: server, takesTexts } = session.server
    const chars = takesTexts ? TEXT_CHARS : 0
    for (const text of textsOf({ ...commit, server }, chars)) await session.ask(text)
    return 'written'
  } catch (error) {
    if (!(error instanceof DatabaseFailure) || session.isDead) throw error
    await undo(session)
    // By an attempt whose answer was lost.
    if (await isNoted(session, commit)) return 'written'
    if (error.kind === 'again') return 'again'
    if (error.kind === 'duplicate') throw new SkeinError('store_moved')
    throw error
  }
}

/**
 * Whoever waited has been told that the outcome is not known. To make it now would surprise, and a server that dies of a
 * commit would die of it for ever. What was sent before was made by now or never will be: servers undo what a
 * connection that ended had begun, within the seconds for which they wait for a lock.
 */
async function look(session: Session, commit: Decided): Promise<Ended> {
  if (await isNoted(session, commit)) return 'written'
  throw new SkeinError('store_unavailable', { seconds: WRITE_MS / 1000, reason: 'it was cut off' })
}

async function isNoted(session: Session, { batch, token }: Decided): Promise<boolean> {
  const [lines = []] = await session.ask(
    sql`SELECT 1 FROM commits WHERE revision = ${batch.meta.revision} AND token = ${token}`,
  )
  return lines.length > 0
}

/** Under Galera a connection is told only now, and by this, that its transaction was undone in the meantime. */
async function undo(session: Session): Promise<void> {
  try {
    await session.ask('ROLLBACK')
  } catch (error) {
    if (!(error instanceof DatabaseFailure) || error.kind !== 'again') throw error
    await session.ask('ROLLBACK')
  }
}

function* textsOf(commit: Commit, chars: number): Generator<string> {
  function* all(): Generator<string> {
    yield* statementsOf(commit)
    yield 'COMMIT'
  }
  yield* packed(all(), chars)
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
    default: {
      const seconds = Math.round(waitedMs / 1000)
      return new SkeinError('store_unavailable', { seconds, reason }, error)
    }
  }
}
