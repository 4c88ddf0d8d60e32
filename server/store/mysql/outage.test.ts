// What a database does that is killed, stopped, cut off, full, or replaced, and what then is left of what was acknowledged:
// all of it, once.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { amount } from '../../../tests/support/amount.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { Ledger } from '../../../tests/support/ledger.ts'
import { MariaDb, openMariaDb } from '../../../tests/support/mariadb.ts'
import { Wire } from '../../../tests/support/wire.ts'

const RETURN_MS = 60_000

let server: MariaDb
before(async () => {
  server = await MariaDb.start()
})
after(() => server[Symbol.asyncDispose]())

test('nothing acknowledged is missing and nothing is there twice after many kills during writes', async () => {
  const url = server.url(await server.database())
  const stores = [await openMariaDb(url), await openMariaDb(url)]
  const ledgers = stores.map((store, i) => new Ledger(store, `writer-${i}`))
  const writing = ledgers.map((ledger) => ledger.run())
  for (let i = 0; i < amount({ usual: 2, whole: 30 }); i++) {
    const before = ledgers.map(({ count }) => count)
    const goesOn = () => ledgers.every(({ count }, k) => count >= (before[k] ?? 0) + 5)
    await eventually(goesOn, { timeoutMs: RETURN_MS, what: 'writes after a kill' })
    await server.kill('SIGKILL')
    await sleep(i * 7) // at another place of a commit each time
    await server.up()
  }
  for (const ledger of ledgers) ledger.stop()
  await Promise.all(writing)
  const [store] = stores
  assert(store)
  for (const ledger of ledgers) await ledger.check(store)
  for (const one of stores) await one.close()
})

test('a commit whose answer is lost is made once, and acknowledged', async () => {
  await using wire = await Wire.to(server.port)
  const url = server.url(await server.database(), { hosts: `127.0.0.1:${wire.port}` })
  const store = await openMariaDb(url)
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  for (let i = 0; i < 5; i++) {
    wire.mute()
    const { answeredBytes } = wire
    const writing = ledger.write()
    await eventually(() => wire.answeredBytes > answeredBytes, {
      timeoutMs: RETURN_MS,
      what: 'an answer that is lost',
    })
    wire.cut()
    await writing
  }
  await ledger.check(store)
  assert.equal(ledger.count, 5)
  await store.close()
})

test('a database that says nothing is told as away, and what waited is written once when it is back', async () => {
  const url = server.url(await server.database())
  const store = await openMariaDb(url)
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  server.signal('SIGSTOP')
  const writing = ledger.write()
  try {
    await assert.rejects(store.meta(), { code: 'store_unavailable' })
    assert(store.away())
  } finally {
    server.signal('SIGCONT')
  }
  await writing
  await ledger.check(store)
  assert.equal(store.away(), undefined)
  await store.close()
})

test('while the database is away reads are refused at once, and a write of which nothing was sent in its time', async () => {
  const url = server.url(await server.database())
  const store = await openMariaDb(url, { writeMs: 2000 })
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  await ledger.write()
  await server.kill()
  await assert.rejects(store.meta(), { code: 'store_unavailable' })
  await assert.rejects(store.readStream({ stream: 's', limit: 1 }), { code: 'store_unavailable' })
  await assert.rejects(ledger.write(), { code: 'store_unavailable' })
  await server.up()
  await ledger.write()
  await ledger.check(store)
  await store.close()
})

test('a connection that the server ends is replaced without anybody noticing', async () => {
  const url = server.url(await server.database())
  const store = await openMariaDb(url)
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  for (let i = 0; i < 3; i++) {
    const all = await server.sql(
      "SELECT id FROM information_schema.processlist WHERE user = 'skein'",
    )
    for (const { id } of all) await server.sql(`KILL ${id}`)
    assert.equal((await store.meta())?.revision, ledger.count)
    await ledger.write()
  }
  await ledger.check(store)
  await store.close()
})

test('a commit waits for whoever has locked the one row, and is then made', async () => {
  const name = await server.database()
  const store = await openMariaDb(server.url(name))
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  const holding = server.sql(
    `USE ${name}`,
    'START TRANSACTION',
    'SELECT * FROM meta FOR UPDATE',
    'SELECT SLEEP(4)',
    'ROLLBACK',
  )
  await ledger.write()
  await holding
  await ledger.check(store)
  await store.close()
})

test('a full disk refuses writes with its code, keeps nothing of them, and takes them again when there is room', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-small-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', folder])
  try {
    await using full = await MariaDb.start({ folder })
    const store = await openMariaDb(full.url(await full.database()))
    const ledger = new Ledger(store, 'writer')
    await ledger.begin()
    await ledger.write()
    fill(join(folder, 'filling'))
    await assert.rejects(ledger.writeUntilRefused(4000), { code: 'store_full' })
    assert.equal((await store.meta())?.revision, ledger.count)
    rmSync(join(folder, 'filling'))
    await ledger.write()
    await ledger.check(store)
    await store.close()
  } finally {
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  }
})

test('a commit that the server did not make, and cannot be asked of, is refused when it can, and never made later', async () => {
  await using wire = await Wire.to(server.port)
  const url = server.url(await server.database(), { hosts: `127.0.0.1:${wire.port}` })
  const store = await openMariaDb(url, { writeMs: 1000 })
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  await ledger.write()
  wire.lose()
  const refused = assert.rejects(ledger.write(), { code: 'store_unavailable' })
  await sleep(2000) // longer than anybody waits for a write
  wire.cut()
  await refused
  await ledger.write()
  await ledger.check(store)
  await store.close()
})

test('over a slow link a commit costs one way to the server and back', async () => {
  await using wire = await Wire.to(server.port)
  const url = server.url(await server.database(), { hosts: `127.0.0.1:${wire.port}` })
  const store = await openMariaDb(url)
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  await ledger.write()
  wire.delayMs = 150
  const beganMs = performance.now()
  for (let i = 0; i < 3; i++) await ledger.write()
  const roundTrips = (performance.now() - beganMs) / 3 / (2 * wire.delayMs)
  assert(roundTrips < 2, `${roundTrips} round trips a commit`)
  await ledger.check(store)
  await store.close()
})

/** Leaves nothing. */
function fill(path: string): void {
  const chunk = Buffer.alloc(1024 * 1024)
  try {
    for (;;) writeFileSync(path, chunk, { flag: 'a' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
