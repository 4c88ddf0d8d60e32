// Tables are made once, by one, whoever starts together and whatever ended in the middle.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { MariaDb, openMariaDb } from '../../../tests/support/mariadb.ts'
import { readMigrations, statementsOf } from './migrations.ts'
import { MIGRATIONS } from './open.ts'

let server: MariaDb
before(async () => {
  server = await MariaDb.start()
})
after(() => server[Symbol.asyncDispose]())

class Folder implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), 'skein-migrations-'))

  get url(): URL {
    return pathToFileURL(`${this.#path}/`)
  }

  put(name: string, text: string): void {
    writeFileSync(join(this.#path, name), text)
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true })
  }
}

test('a file is cut where a semicolon ends a line, and comments are none', () => {
  const text =
    "-- one; two\nCREATE TABLE a (\n  -- inner;\n  b INT\n);\n\nINSERT INTO a VALUES (';');\n"
  assert.deepEqual(statementsOf(text), [
    'CREATE TABLE a (\n  b INT\n)',
    "INSERT INTO a VALUES (';')",
  ])
})

test('five peers that start together make the tables once', async () => {
  const name = await server.database()
  const stores = await Promise.all(Array.from({ length: 5 }, () => openMariaDb(server.url(name))))
  const done = await server.sql(`SELECT name, done FROM ${name}.migration`)
  assert.deepEqual(
    done.map(({ name, done }) => [name, done]),
    readMigrations(MIGRATIONS).map(({ name }) => [name, 1]),
  )
  for (const store of stores) await store.close()
})

test('a migration that ended in the middle goes on where it was, once', async () => {
  const name = await server.database()
  using folder = new Folder()
  const first = 'CREATE TABLE one (a INT);\nINSERT INTO one VALUES (1);\n'
  folder.put(
    '0001_first.sql',
    `${first}CREATE TABLE two (a INT);\nBROKEN;\nINSERT INTO one VALUES (2);\n`,
  )
  const open = () => openMariaDb(server.url(name), { migrations: folder.url, startMs: 0 })
  await assert.rejects(open(), { code: 'store_failed' })
  const [half] = await server.sql(`SELECT statements, done FROM ${name}.migration`)
  assert.deepEqual({ ...half }, { statements: 3, done: 0 })
  // As when it ended between a statement and its note.
  await server.sql(`UPDATE ${name}.migration SET statements = 2`)
  const mended = `${first}CREATE TABLE two (a INT);\nINSERT INTO two VALUES (1);\nINSERT INTO one VALUES (2);\n`
  folder.put('0001_first.sql', mended)
  const [{ checksum } = { checksum: '' }] = readMigrations(folder.url)
  await server.sql(`UPDATE ${name}.migration SET checksum = '${checksum}'`)
  await (await open()).close()
  const rows = await server.sql(`SELECT a FROM ${name}.one`)
  assert.deepEqual(
    rows.map(({ a }) => a),
    [1, 2],
  )
  assert.equal((await server.sql(`SELECT a FROM ${name}.two`)).length, 1)
})

test('a server that is killed while the tables are made leaves what the next start ends', async () => {
  await using own = await MariaDb.start()
  const name = await own.database()
  const opening = openMariaDb(own.url(name))
  await own.kill('SIGKILL')
  await own.up()
  const store = await opening
  assert.equal(await store.meta(), undefined)
  await store.close()
})

test('a database of a newer version is refused, and a file that was altered', async () => {
  const name = await server.database()
  using folder = new Folder()
  folder.put('0001_first.sql', 'CREATE TABLE one (a INT);\n')
  folder.put('0002_second.sql', 'CREATE TABLE two (a INT);\n')
  const open = () => openMariaDb(server.url(name), { migrations: folder.url })
  await (await open()).close()
  folder.put('0002_second.sql', 'CREATE TABLE two (b INT);\n')
  await assert.rejects(open(), { code: 'schema_altered' })
  using older = new Folder()
  older.put('0001_first.sql', 'CREATE TABLE one (a INT);\n')
  await assert.rejects(openMariaDb(server.url(name), { migrations: older.url }), {
    code: 'schema_newer',
  })
})
