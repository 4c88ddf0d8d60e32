// Brings a database to this version's tables, once, however many peers start together. One of them holds the lease, a row
// with a time, which under Galera too only one can have; the others wait until it is done. Each statement is noted when
// it has been run. Whoever finds a migration half run goes on behind the last note: the one statement that may have
// been run without a note finds its table or column there, which is then no error.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock, Random } from '../../clock.ts'
import type { Log } from '../log.ts'
import { DatabaseFailure } from './failure.ts'
import { type Migration, readMigrations } from './migrations.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'

/** How long a lease holds when its holder says nothing more, seconds: what others wait when it was killed. */
const LEASE_S = 10
/** Between two looks at another's lease, and between two renewals of one's own, ms. */
const LOOK_AGAIN_MS = 200
const RENEW_MS = 2000
/** One statement may rebuild a large table, ms. */
const STATEMENT_MS = 3_600_000

const TABLES = [
  `CREATE TABLE IF NOT EXISTS migration (number INT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL,
    checksum VARBINARY(64) NOT NULL, statements INT UNSIGNED NOT NULL, done TINYINT UNSIGNED NOT NULL) ENGINE = InnoDB`,
  `CREATE TABLE IF NOT EXISTS migration_lease (one TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    holder VARBINARY(16) NOT NULL, until_s BIGINT UNSIGNED NOT NULL) ENGINE = InnoDB`,
  `INSERT IGNORE INTO migration_lease VALUES (1, '', 0)`,
]

export interface MigrateOptions {
  readonly folder: URL
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export type Use = <T>(work: (session: Session) => Promise<T>) => Promise<T>

/**
 * Rejects with `schema_newer` or `schema_altered`, before anything is changed, or with a DatabaseFailure; then it may be
 * tried again. `use` lends connections: one works, another renews the lease.
 */
export async function migrate(use: Use, options: MigrateOptions): Promise<void> {
  const migrations = readMigrations(options.folder)
  if (await use((session) => isDone(session, migrations))) return
  const holder = options.random(16)
  await takeLease(use, holder, options.clock)
  const ended = new AbortController()
  const renewing = keepLease(use, holder, { clock: options.clock, signal: ended.signal })
  try {
    await use((session) => runMissing(session, migrations, options.log))
  } finally {
    ended.abort()
    await renewing
    await use((session) => session.ask(releaseLease(holder)))
  }
}

interface Done {
  readonly checksum: string
  readonly statements: number
  readonly done: boolean
}

async function isDone(session: Session, migrations: readonly Migration[]): Promise<boolean> {
  const done = await readDone(session)
  assertKnown(migrations, done)
  return migrations.every(({ number }) => done.get(number)?.done)
}

async function readDone(session: Session): Promise<Map<number, Done & { name: string }>> {
  const [there = []] = await session.ask(`SHOW TABLES LIKE 'migration'`)
  if (there.length === 0) return new Map()
  const [lines = []] = await session.ask(
    'SELECT number, name, CONVERT(checksum USING utf8mb4), statements, done FROM migration',
  )
  return new Map(
    lines.map(([number, name, checksum, statements, done]) => [
      Number(number),
      {
        name: String(name),
        checksum: String(checksum),
        statements: Number(statements),
        done: done === 1,
      },
    ]),
  )
}

function assertKnown(
  migrations: readonly Migration[],
  done: ReadonlyMap<number, Done & { name: string }>,
): void {
  for (const [number, { name, checksum }] of done) {
    const ours = migrations.find((migration) => migration.number === number)
    if (!ours) throw new SkeinError('schema_newer', { name })
    if (ours.checksum !== checksum) throw new SkeinError('schema_altered', { name })
  }
}

/** What another did while we waited is not done again. */
async function runMissing(
  session: Session,
  migrations: readonly Migration[],
  log: Log,
): Promise<void> {
  const done = await readDone(session)
  assertKnown(migrations, done)
  for (const migration of migrations) {
    const state = done.get(migration.number)
    if (state?.done) continue
    await run(session, migration, state?.statements ?? 0)
    log.info({ migration: migration.name }, 'brought the database to this version’s tables')
  }
}

async function run(session: Session, migration: Migration, from: number): Promise<void> {
  const { number, name, checksum, statements } = migration
  const note = (count: number) => {
    const isLast = count === statements.length ? 1 : 0
    return sql`REPLACE INTO migration VALUES (${number}, ${name}, ${checksum}, ${count}, ${isLast})`
  }
  for (const [i, statement] of statements.entries()) {
    if (i < from) continue
    try {
      await session.ask(statement, STATEMENT_MS)
    } catch (error) {
      const isAgain = i === from && error instanceof DatabaseFailure && error.isAlreadyThere
      if (!isAgain) throw error
    }
    await session.ask(note(i + 1))
  }
}

async function takeLease(use: Use, holder: Uint8Array, clock: Clock): Promise<void> {
  for (;;) {
    if (await use((session) => tryLease(session, holder))) return
    await clock.delay(LOOK_AGAIN_MS)
  }
}

/** By the server's clock alone. Under Galera two may write it at once: one of the commits is then refused. */
async function tryLease(session: Session, holder: Uint8Array): Promise<boolean> {
  try {
    for (const statement of TABLES) await session.ask(statement, STATEMENT_MS)
    await session.ask(sql`UPDATE migration_lease SET holder = ${holder}, until_s = UNIX_TIMESTAMP() + ${LEASE_S}
      WHERE one = 1 AND (holder = ${holder} OR until_s < UNIX_TIMESTAMP())`)
    const [lines = []] = await session.ask('SELECT HEX(holder) FROM migration_lease')
    return lines[0]?.[0] === Buffer.from(holder).toString('hex').toUpperCase()
  } catch (error) {
    if (error instanceof DatabaseFailure && error.kind === 'again') return false
    throw error
  }
}

async function keepLease(
  use: Use,
  holder: Uint8Array,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const renew = sql`UPDATE migration_lease SET until_s = UNIX_TIMESTAMP() + ${LEASE_S} WHERE holder = ${holder}`
  for (;;) {
    const over = await clock.delay(RENEW_MS, signal).then(
      () => false,
      () => true,
    )
    if (over) return
    // A renewal that fails is followed by another; the statements are as good when two run them.
    await use((session) => session.ask(renew)).catch(() => undefined)
  }
}

const releaseLease = (holder: Uint8Array): string =>
  sql`UPDATE migration_lease SET holder = '', until_s = 0 WHERE holder = ${holder}`
