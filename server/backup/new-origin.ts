// A restored database may never write under the origin of the one that it was copied from: that one went on, and two
// transactions of one number would be one to everybody else (Active Directory's USN rollback). What the old origin wrote
// up to the backup is in it, and so is heard of.

import { DatabaseSync } from 'node:sqlite'
import { migrate } from '../store/sqlite/migrate.ts'
import { readMeta } from '../store/sqlite/read.ts'

export interface Renewal {
  /** 16 hexadecimal digits that were never used. */
  readonly origin: string
  /** When the backup was made. */
  readonly takenAtMs: number
  readonly nowMs: number
}

/**
 * Brings the database to this version's tables and gives it its new origin. Throws `schema_newer` or `schema_altered`;
 * answers the names of the migrations that ran.
 */
export function renewOrigin(path: string, migrations: URL, renewal: Renewal): string[] {
  using file = new DatabaseSync(path)
  file.exec('PRAGMA synchronous = FULL')
  const migrated = migrate(file, migrations)
  file.exec('BEGIN IMMEDIATE')
  const meta = readMeta(file)
  if (meta === undefined) throw new Error('The backup’s database was never written to.')
  const { origin, takenAtMs, nowMs } = renewal
  const remember = file.prepare(
    `INSERT INTO former_origin VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq), restored_at_ms = excluded.restored_at_ms`,
  )
  remember.run(meta.origin, meta.seq, takenAtMs, nowMs)
  if (hasTable(file, 'head')) {
    const hear =
      'INSERT INTO head VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)'
    file.prepare(hear).run(meta.origin, meta.seq)
  }
  // The clock stays: what is written from now on is newer than anything in the backup. The chain of audit entries is an
  // origin's own, and a new one begins its own.
  file.prepare('UPDATE meta SET origin = ?, seq = 0, audit_hash = NULL').run(origin)
  file.exec('COMMIT')
  return migrated
}

function hasTable(file: DatabaseSync, name: string): boolean {
  const select = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
  return file.prepare(select).get(name) !== undefined
}
