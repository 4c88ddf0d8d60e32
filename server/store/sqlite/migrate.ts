// Brings a database to this version's tables: the files NNNN_name.sql in order, each in a transaction of its own with a
// checksum. An older Skein refuses a newer database instead of writing into tables it does not understand.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { SkeinError } from '#protocol/errors.ts'

const FILE = /^(\d{4})_[a-z0-9_]+\.sql$/

interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/** Throws `schema_newer` or `schema_altered`; then nothing was changed. Answers the names of what was run. */
export function migrate(database: DatabaseSync, folder: URL): string[] {
  database.exec(`CREATE TABLE IF NOT EXISTS migration (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT`)
  const migrations = readMigrations(folder)
  const done = readDone(database)
  assertKnown(migrations, done)
  const missing = migrations.filter(({ number }) => !done.has(number))
  for (const migration of missing) run(database, migration)
  return missing.map(({ name }) => name)
}

function readMigrations(folder: URL): Migration[] {
  const names = readdirSync(folder).filter((name) => FILE.test(name))
  return names.toSorted().map((name) => {
    const sql = readFileSync(new URL(name, folder), 'utf8')
    const checksum = createHash('sha256').update(sql).digest('hex')
    return { number: Number(name.slice(0, 4)), name, sql, checksum }
  })
}

function readDone(database: DatabaseSync): Map<number, { name: string; checksum: string }> {
  const rows = database.prepare('SELECT number, name, checksum FROM migration').all()
  return new Map(
    rows.map((row) => [
      Number(row.number),
      { name: String(row.name), checksum: String(row.checksum) },
    ]),
  )
}

function assertKnown(
  migrations: readonly Migration[],
  done: ReadonlyMap<number, { name: string; checksum: string }>,
): void {
  for (const [number, { name, checksum }] of done) {
    const ours = migrations.find((migration) => migration.number === number)
    if (!ours) throw new SkeinError('schema_newer', { name })
    if (ours.checksum !== checksum) throw new SkeinError('schema_altered', { name })
  }
}

function run(database: DatabaseSync, { number, name, sql, checksum }: Migration): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(sql)
    database.prepare('INSERT INTO migration VALUES (?, ?, ?)').run(number, name, checksum)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
