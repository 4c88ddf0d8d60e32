// What only a database on a disk can go through: a second process, another version's tables, a thread that dies, a disk
// that is full, a process killed in the middle.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { amount } from '../../../tests/support/amount.ts'
import { quietLog, testId, userChange } from '../../../tests/support/rows.ts'
import { systemClock, systemRandom } from '../../clock.ts'
import { openRecords } from '../../records/open.ts'
import type { Change, Records } from '../../records/records.ts'
import type { Store } from '../store.ts'
import { openSqliteStore, type SqliteOptions } from './open.ts'

/** Of a writer, and what it has acknowledged before each. */
const KILLS = amount({ usual: 2, whole: 3 })
const BETWEEN = amount({ usual: 100, whole: 200 })
const WRITER = fileURLToPath(new URL('../../../tests/support/write-forever.ts', import.meta.url))
const CRASHING = new URL('../../../tests/support/crashing-store.ts', import.meta.url)
const MIGRATIONS = new URL('../../../migrations/sqlite/', import.meta.url)

const write = (records: Records, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

const setting = (key: string, value: unknown) =>
  ({
    op: 'create',
    kind: 'setting',
    id: testId<'setting'>(),
    groups: { value: { key, value } },
  }) as const

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-sqlite-'))
  try {
    await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function open(folder: string, options: Partial<SqliteOptions> = {}) {
  const store = await openSqliteStore({ folder, log: quietLog, ...options })
  return { store, records: await openOver(store) }
}

const openOver = (store: Store) =>
  openRecords({ store, clock: systemClock, random: systemRandom, log: quietLog })

async function shut({ store, records }: { store: Store; records: Records }): Promise<void> {
  await records.close()
  await store.close()
}

test('a second peer on one data folder is refused and told who runs, until the first is gone', async () => {
  await withFolder(async (folder) => {
    const child = startWriter(folder)
    await firstLine(child)
    const expected = { code: 'already_running', details: { pid: `${child.pid}` } }
    await assert.rejects(openSqliteStore({ folder, log: quietLog }), expected)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await shut(await open(folder))
  })
})

test('a second store in the same process is refused as well', async () => {
  await withFolder(async (folder) => {
    const first = await open(folder)
    await assert.rejects(openSqliteStore({ folder, log: quietLog }), { code: 'already_running' })
    await write(first.records, userChange())
    await shut(first)
    await shut(await open(folder))
  })
})

test('a database of a newer version is refused by the name of its migration', async () => {
  await withFolder(async (folder) => {
    const migrations = await newMigrations(folder, { '9999_more.sql': 'CREATE TABLE more (a);' })
    await shut(await open(folder, { migrations }))
    const expected = { code: 'schema_newer', details: { name: '9999_more.sql' } }
    await assert.rejects(openSqliteStore({ folder, log: quietLog }), expected)
    await shut(await open(folder, { migrations }))
  })
})

test('a migration that was altered after it ran is refused', async () => {
  await withFolder(async (folder) => {
    const migrations = await newMigrations(folder, { '9999_more.sql': 'CREATE TABLE more (a);' })
    await shut(await open(folder, { migrations }))
    await writeFile(new URL('9999_more.sql', migrations), 'CREATE TABLE more (b);')
    const expected = { code: 'schema_altered', details: { name: '9999_more.sql' } }
    await assert.rejects(openSqliteStore({ folder, log: quietLog, migrations }), expected)
  })
})

test('a migration that fails changes nothing and runs when it is mended', async () => {
  await withFolder(async (folder) => {
    const broken = 'CREATE TABLE more (a); CREATE TABLE more (a);'
    const migrations = await newMigrations(folder, { '9999_more.sql': broken })
    await assert.rejects(openSqliteStore({ folder, log: quietLog, migrations }), {
      code: 'store_failed',
    })
    await writeFile(new URL('9999_more.sql', migrations), 'CREATE TABLE more (a);')
    await shut(await open(folder, { migrations }))
  })
})

test('a file that is no database is refused with a code', async () => {
  await withFolder(async (folder) => {
    await writeFile(
      join(folder, 'state.db'),
      'this is a text of some length, and no database\n'.repeat(99),
    )
    await assert.rejects(openSqliteStore({ folder, log: quietLog }), { code: 'store_failed' })
  })
})

for (const [when, kept] of [
  ['before', false],
  ['after', true],
] as const) {
  test(`a commit whose thread dies ${when} writing is answered by what the file says`, async () => {
    await withFolder(async (folder) => {
      const opened = await open(folder, { worker: CRASHING })
      const outcome = write(opened.records, setting('crash', when))
      if (kept) await outcome
      else await assert.rejects(outcome, { code: 'store_failed' })
      assert.equal(opened.records.list('setting').length, kept ? 1 : 0)
      await write(opened.records, setting('after', 'it goes on'))
      await shut(opened)
      const again = await open(folder)
      assert.equal(again.records.list('setting').length, kept ? 2 : 1)
      await shut(again)
    })
  })
}

test('a full disk refuses changes with its code, reads go on, and changes go on when there is room', async (t) => {
  await withFolder(async (folder) => {
    if (!mountSmall(folder)) return t.skip('mounting a tmpfs needs root')
    try {
      const opened = await open(folder)
      await fillUp(opened.records, folder)
      const known = opened.records.list('setting').length
      assert(known > 0)
      await assert.rejects(write(opened.records, ...bigChanges()), { code: 'store_full' })
      await assert.rejects(write(opened.records, ...bigChanges()), { code: 'store_full' })
      assert.equal(opened.records.list('setting').length, known)
      assert.deepEqual(await opened.records.read('audit'), [])
      await rm(join(folder, 'ballast'))
      await write(opened.records, ...bigChanges())
      await shut(opened)
      const again = await open(folder)
      assert.equal(again.records.list('setting').length, known + 10)
      await shut(again)
    } finally {
      execFileSync('umount', [folder])
    }
  })
})

test('nothing that was acknowledged is missing after kill -9 in the middle of writing', async () => {
  await withFolder(async (folder) => {
    const acknowledged: string[] = []
    for (let round = 0; round < KILLS; round++) {
      const child = startWriter(folder)
      for await (const line of createInterface({ input: child.stdout ?? assert.fail() })) {
        acknowledged.push(line)
        if (acknowledged.length % BETWEEN === 0) child.kill('SIGKILL')
      }
    }
    const opened = await open(folder)
    const found = new Set(opened.records.list('setting').map((row) => row.groups.value?.key))
    assert.deepEqual(
      acknowledged.filter((key) => !found.has(key)),
      [],
    )
    assert(acknowledged.length >= KILLS * BETWEEN)
    const entries = await opened.records.read('audit', { limit: 500 })
    const keys = new Set(entries.map(({ body }) => body.action))
    for (const key of acknowledged.slice(-100))
      assert(keys.has(key), 'its audit entry is there too')
    await shut(opened)
  })
})

function startWriter(folder: string): ChildProcess {
  return spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function firstLine(child: ChildProcess): Promise<void> {
  await once(child.stdout ?? assert.fail(), 'data')
}

async function newMigrations(folder: string, more: Record<string, string>): Promise<URL> {
  const migrations = pathToFileURL(`${join(folder, 'migrations')}/`)
  await cp(MIGRATIONS, migrations, { recursive: true })
  for (const [name, sql] of Object.entries(more)) await writeFile(new URL(name, migrations), sql)
  return migrations
}

function mountSmall(folder: string): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'skein-test', folder], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

const bigChanges = () => Array.from({ length: 10 }, () => setting('big', 'x'.repeat(30_000)))

/** A file takes nearly all the room, changes take the rest. */
async function fillUp(records: Records, folder: string): Promise<void> {
  await write(records, setting('small', 1))
  await writeFile(join(folder, 'ballast'), 'x'.repeat(3 * 1024 * 1024))
  for (;;) {
    try {
      await write(records, setting('small', 'x'.repeat(30_000)))
    } catch {
      return
    }
  }
}
