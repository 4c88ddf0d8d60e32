// SQLite, ours in its thread and beside it the module of Node in this one, as durable.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteStore } from '../server/store/sqlite/open.ts'
import type { Batch } from '../server/store/store.ts'
import { quiet } from './records.ts'
import type { Rival } from './store.ts'

export async function sqlite(): Promise<Rival> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-store-'))
  const template = await openSqliteStore({ folder: join(folder, 'alone'), log: quiet })
  await template.close()
  const file = new DatabaseSync(join(folder, 'alone', 'state.db'))
  file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  let made = 0
  const path = () => join(folder, `state-${made}.db`)
  return {
    name: 'sqlite',
    library: 'node:sqlite alone',
    get address() {
      return `sqlite:${path()}`
    },
    open() {
      made++
      return openSqliteStore({ folder: join(folder, 'ours'), path: path(), log: quiet })
    },
    async alone(batch) {
      insert(file, batch)
    },
    async readAll() {
      using ours = new DatabaseSync(path())
      const read = ours.prepare('SELECT * FROM record JOIN record_group USING (kind, id)')
      read.setReadBigInts(true)
      return read.all().length
    },
    async [Symbol.asyncDispose]() {
      file.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function insert(file: DatabaseSync, { rows, entries }: Batch): void {
  file.exec('BEGIN IMMEDIATE')
  const record = file.prepare('INSERT INTO record VALUES (?, ?, ?, ?)')
  const group = file.prepare('INSERT INTO record_group VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const entry = file.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)')
  for (const { kind, id, birth, groups } of rows) {
    record.run(kind, id, birth.origin, birth.seq)
    for (const { name, body, version } of groups) {
      const { epoch, hlc, origin, seq } = version
      group.run(kind, id, name, body, null, epoch, hlc, origin, seq, null)
    }
  }
  for (const { position, stream, subject, atMs, dot, index, body } of entries) {
    entry.run(position, stream, subject, atMs, dot.origin, dot.seq, index, body)
  }
  file.exec('COMMIT')
}
