// Our rows in SQLite beside Node's module alone: the same two tables in a file of its own, in this thread, as durable.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteStore } from '../server/store/sqlite/open.ts'
import type { StoredRow } from '../server/store/store.ts'
import { quiet } from './records.ts'
import type { BenchRow } from './report.ts'
import { type Alone, measureStore } from './store-measure.ts'

export async function sqliteRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-store-'))
  const alone = new AloneSqlite(join(folder, 'alone.db'))
  try {
    return await measureStore({
      name: 'sqlite',
      peer: 'node:sqlite alone',
      open: () => openSqliteStore({ folder, log: quiet }),
      alone,
      // A commit goes through a thread, so that nothing else waits for the disk; on a fast one that is most of it.
      most: undefined,
    })
  } finally {
    alone.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

class AloneSqlite implements Alone {
  readonly #file: DatabaseSync

  constructor(path: string) {
    this.#file = new DatabaseSync(path)
    this.#file.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE record (kind TEXT, id TEXT, birth_origin TEXT, birth_seq INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;
      CREATE TABLE record_group (kind TEXT, id TEXT, name TEXT, body TEXT, epoch INTEGER, hlc INTEGER, origin TEXT,
        seq INTEGER, PRIMARY KEY (kind, id, name)) WITHOUT ROWID`)
  }

  async write(rows: readonly StoredRow[]): Promise<void> {
    this.#file.exec('BEGIN IMMEDIATE')
    const record = this.#file.prepare('INSERT INTO record VALUES (?, ?, ?, ?)')
    const group = this.#file.prepare('INSERT INTO record_group VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    for (const { kind, id, birth, groups } of rows) {
      record.run(kind, id, birth.origin, birth.seq)
      for (const { name, body, version } of groups) {
        const { epoch, hlc, origin, seq } = version
        group.run(kind, id, name, body, epoch, hlc, origin, seq)
      }
    }
    this.#file.exec('COMMIT')
  }

  async readAll(): Promise<number> {
    const groups = this.#file.prepare('SELECT * FROM record_group')
    groups.setReadBigInts(true)
    groups.all()
    return this.#file.prepare('SELECT * FROM record').all().length
  }

  close(): void {
    this.#file.close()
  }
}
