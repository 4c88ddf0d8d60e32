// What a Redis does to its peers on a bad day: it is killed in the middle of writes, hangs, is full, is another than it was, or lets
// nobody in. Nothing that was acknowledged is lost, nothing is there twice, and every refusal says why.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { amount } from '../../../tests/support/amount.ts'
import { TestAuthority } from '../../../tests/support/certificates.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { RedisServer, redisAddress } from '../../../tests/support/redis.ts'
import { quietLog } from '../../../tests/support/rows.ts'
import { Scribe } from '../../../tests/support/scribe.ts'
import { Way } from '../../../tests/support/way.ts'
import type { Store } from '../store.ts'
import { openRedisStore } from './open.ts'

const PATIENCE_MS = 60_000

const open = (url: string, startMs = 5000): Promise<Store> =>
  openRedisStore({ address: redisAddress(url), log: quietLog, startMs })

test('kill −9 of the server in the middle of writes loses nothing acknowledged, and nothing is there twice', async () => {
  await using server = await RedisServer.start()
  const scribe = new Scribe(await open(server.url()))
  const kills = amount({ usual: 2, whole: 20 })
  const writing = scribe.writeUntilStopped()
  for (let i = 0; i < kills; i++) {
    await scribe.reaches(scribe.acknowledged.size + 50)
    await server.kill()
    await server.up()
  }
  await scribe.reaches(scribe.acknowledged.size + 50)
  scribe.stop()
  await writing
  await scribe.assertNothingMissing()
  assert(scribe.origins.size > 1, 'a server that was started again is another')
  await scribe.store.close()
})

test('a commit whose answer is lost is found, and made once', async () => {
  await using server = await RedisServer.start()
  using way = await Way.to(server.port)
  const scribe = new Scribe(await open(server.url('', { port: way.port })))
  await scribe.write(3)
  for (let i = 0; i < 5; i++) {
    const lost = way.loseNextAnswer()
    await scribe.write(1)
    await lost
  }
  await scribe.assertNothingMissing()
  assert.equal((await scribe.store.meta())?.revision, scribe.commits)
  await scribe.store.close()
})

test('a long and narrow way slows commits and loads, and breaks none', async () => {
  await using server = await RedisServer.start()
  using way = await Way.to(server.port, { delayMs: 60, bytesPerSecond: 100_000 })
  const scribe = new Scribe(await open(server.url('', { port: way.port })))
  await scribe.write(2, 200)
  await scribe.write(3)
  await scribe.assertNothingMissing()
  assert.equal(scribe.store.away(), undefined)
  await scribe.store.close()
})

test('a server that hangs is said to be away, and what waited for it is done when it goes on', async () => {
  await using server = await RedisServer.start()
  const scribe = new Scribe(await open(server.url()))
  await scribe.write(3)
  server.signal('SIGSTOP')
  const written = scribe.write(1)
  await eventually(() => scribe.store.away(), { timeoutMs: PATIENCE_MS, what: 'away' })
  await assert.rejects(scribe.store.meta(), { code: 'store_unavailable' })
  server.signal('SIGCONT')
  await written
  await scribe.assertNothingMissing()
  assert.equal(scribe.store.away(), undefined)
  await scribe.store.close()
})

test('a full memory refuses what it has no room for, whole, and takes it when it has', async () => {
  await using server = await RedisServer.start()
  const scribe = new Scribe(await open(server.url()))
  await scribe.write(20, 20)
  const { revision } = (await scribe.store.meta()) ?? {}
  await server.call('CONFIG', 'SET', 'maxmemory', '1mb')
  await assert.rejects(scribe.write(1, 20), { code: 'store_full' })
  assert.equal((await scribe.store.meta())?.revision, revision)
  await scribe.assertNothingMissing()
  await server.call('CONFIG', 'SET', 'maxmemory', '0')
  await scribe.write(1, 20)
  await scribe.assertNothingMissing()
  await scribe.store.close()
})

test('a full disk refuses, and everything acknowledged is there when it has room again', async () => {
  using disk = smallDisk()
  await using server = await RedisServer.start({
    folder: disk.folder,
    settings: { appendfsync: 'everysec', 'auto-aof-rewrite-percentage': '0' },
  })
  const scribe = new Scribe(await open(server.url()))
  const refused = await scribe.writeUntilRefused()
  assert.equal(refused.code, 'store_full')
  await assert.rejects(scribe.write(1), { code: 'store_full' })
  disk.grow()
  await eventually(() => scribe.write(1).then(() => true), {
    timeoutMs: PATIENCE_MS,
    what: 'a write',
  })
  await scribe.assertNothingMissing()
  await scribe.store.close()
})

test('a server that syncs each write ends when its disk is full, and has all it acknowledged when it is back', async () => {
  using disk = smallDisk()
  await using server = await RedisServer.start({
    folder: disk.folder,
    settings: { 'auto-aof-rewrite-percentage': '0' },
  })
  const scribe = new Scribe(await open(server.url()))
  const writing = scribe.writeUntilStopped()
  await eventually(() => server.hasEnded, { timeoutMs: PATIENCE_MS, what: 'the end of it' })
  disk.grow()
  await server.up()
  await scribe.reaches(scribe.acknowledged.size + 10)
  scribe.stop()
  await writing
  await scribe.assertNothingMissing()
  await scribe.store.close()
})

test('a replica is none to keep a state in, until it is the primary', async () => {
  await using server = await RedisServer.start()
  await using replica = await RedisServer.start({
    settings: { replicaof: `127.0.0.1 ${server.port}` },
  })
  await assert.rejects(open(replica.url(), 500), (error: Error) => {
    assert.match(error.message, /replica, which takes no writes/)
    return 'code' in error && error.code === 'store_unavailable'
  })
  const scribe = new Scribe(await open(server.url()))
  await scribe.write(2)
  await server.call('REPLICAOF', '127.0.0.1', String(replica.port))
  const written = scribe.write(1)
  await eventually(() => /replica/.test(scribe.store.away()?.reason ?? ''), {
    timeoutMs: PATIENCE_MS,
    what: 'away',
  })
  await server.call('REPLICAOF', 'NO', 'ONE')
  await written
  await scribe.assertNothingMissing()
  await scribe.store.close()
})

test('a wrong password and none are refused at once, and never printed', async () => {
  await using server = await RedisServer.start()
  for (const password of ['wrong-secret', '']) {
    await assert.rejects(open(server.url('', { password })), (error: Error) => {
      assert.doesNotMatch(error.message, /wrong-secret/)
      return 'code' in error && error.code === 'store_denied'
    })
  }
})

test('a certificate is verified: its date, its names and its authority', async () => {
  const authority = new TestAuthority()
  const tls = authority.issue(['localhost'])
  await using server = await RedisServer.start({ tls })
  const files = mkdtempSync(join(tmpdir(), 'skein-ca-'))
  const ca = join(files, 'ca.pem')
  writeFileSync(ca, authority.cert)
  const trusted = `?ca=${encodeURIComponent(ca)}`
  await assert.rejects(open(server.url()), { code: 'store_untrusted' })
  await (await open(server.url(trusted))).close()
  await (await open(server.url('?tls=insecure'))).close()
  for (const pair of [
    authority.issue(['localhost'], { nowMs: Date.now() - 90 * 24 * 3_600_000 }),
    authority.issue(['elsewhere']),
  ]) {
    await server.kill()
    server.putCertificate(pair)
    await server.up()
    await assert.rejects(open(server.url(trusted)), { code: 'store_untrusted' })
  }
  rmSync(files, { recursive: true })
})

test('a server that may forget what it has acknowledged is refused, unless that is asked for', async () => {
  await using server = await RedisServer.start({ settings: { appendonly: 'no' } })
  await assert.rejects(open(server.url()), { code: 'store_not_durable' })
  await (await open(server.url('?unsafe-durability=1'))).close()
  await server.call('CONFIG', 'SET', 'appendonly', 'yes')
  await (await open(server.url())).close()
  await server.call('CONFIG', 'SET', 'maxmemory', '100mb')
  await server.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  await assert.rejects(open(server.url()), { code: 'store_not_durable' })
})

test('a database of a newer version is left alone', async () => {
  await using server = await RedisServer.start()
  const scribe = new Scribe(await open(server.url()))
  await scribe.write(1)
  await server.call('HSET', '{skein:main}:meta', 'format', '2')
  await assert.rejects(scribe.write(1), { code: 'schema_newer' })
  await assert.rejects(open(server.url()), { code: 'schema_newer' })
  await scribe.store.close()
})

test('what somebody else has put into the database is refused by name, and holds up nothing', async () => {
  await using server = await RedisServer.start()
  const scribe = new Scribe(await open(server.url()))
  await using _ = { [Symbol.asyncDispose]: () => scribe.store.close() }
  await scribe.write(2)
  const good = String(await server.call('HGET', '{skein:main}:meta', 'seq'))
  for (const bad of ['', 'many', '-1e99']) {
    await server.call('HSET', '{skein:main}:meta', 'seq', bad)
    await assert.rejects(scribe.store.meta(), { code: 'store_failed' })
  }
  await server.call('HSET', '{skein:main}:meta', 'seq', good)
  const name = 'r["k","planted"]'
  await server.call('ZADD', '{skein:main}:revisions', '2', name)
  for (const bad of ['', 'x', '\x91\xdb\xff\xff\xff\xff', '\xdd\xff\xff\xff\xff']) {
    await server.call('HSET', '{skein:main}:elements', name, bad)
    await assert.rejects(Array.fromAsync(scribe.store.load()), { code: 'store_failed' })
  }
  await server.call('ZREM', '{skein:main}:revisions', name)
  await scribe.write(1)
  await scribe.assertNothingMissing()
  await server.call('DEL', '{skein:main}:dots')
  await server.call('SET', '{skein:main}:dots', 'a string')
  await assert.rejects(scribe.write(1), { code: 'store_failed' })
  assert.equal(scribe.store.away(), undefined)
})

test('names and texts of every kind come back as they were, and none is taken for another', async () => {
  await using server = await RedisServer.start()
  const store = await open(server.url())
  const odd = [
    '',
    '/',
    ' ',
    '"',
    '\\',
    '\u0000',
    '{x}',
    '["a","b"]',
    'ü€😀',
    '\ud800',
    '\r\n*3',
    ':',
    '1:a',
  ]
  const meta = { origin: '00112233445566ff', seq: 1, hlc: 1n << 62n, position: 0, revision: 0 }
  const version = { epoch: 2 ** 40, hlc: (1n << 62n) + 1n, origin: meta.origin, seq: 2 ** 53 - 1 }
  const rows = odd.flatMap((kind) =>
    odd.map((id) => ({
      ...{ kind, id, birth: { origin: meta.origin, seq: 1 } },
      groups: [
        { name: `g${id}`.toWellFormed(), body: JSON.stringify(kind), unknown: undefined, version },
      ],
    })),
  )
  await store.commit({ meta, rows, tombstones: [], claims: [], entries: [] }, undefined)
  const found = (await Array.fromAsync(store.load())).flatMap((batch) => batch.rows)
  const byName = (all: typeof rows) =>
    all.toSorted((a, b) =>
      JSON.stringify([a.kind, a.id]) < JSON.stringify([b.kind, b.id]) ? -1 : 1,
    )
  assert.deepEqual(byName(found as typeof rows), byName(rows))
  await store.close()
})

/** A disk of its own that is soon full. */
function smallDisk() {
  const folder = mkdtempSync(join(tmpdir(), 'skein-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder])
  return {
    folder,
    grow: () => void execFileSync('mount', ['-o', 'remount,size=64m', folder]),
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    },
  }
}
