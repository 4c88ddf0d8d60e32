// A backup carries a state from one kind of database to another: what has been through all of them is what it was.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { amount } from '../../tests/support/amount.ts'
import { MariaDb } from '../../tests/support/mariadb.ts'
import { RedisServer } from '../../tests/support/redis.ts'
import { quietLog } from '../../tests/support/rows.ts'
import { Scribe } from '../../tests/support/scribe.ts'
import { systemRandom } from '../clock.ts'
import { parseStore } from '../store/address.ts'
import { openServerStore, openStore } from '../store/open.ts'
import { openSqliteStore } from '../store/sqlite/open.ts'
import { type Batch, CLAIM_KIND, type Store, type StoredEntry, UNFINISHED } from '../store/store.ts'
import { restoreBackup } from './restore.ts'
import { writeBackup } from './write.ts'

/** More than one page of any store's has, 1000. */
const ROWS = amount({ usual: 1100, whole: 2500 })
const ENTRIES = amount({ usual: 1050, whole: 1300 })

const origin = '00112233445566ff'
const other = 'ffeeddccbbaa9988'
const hlc = 1n << 60n
const dot = (seq: number, by = origin) => ({ origin: by, seq })
const group = (name: string, seq: number, by = origin) => ({
  name,
  body: JSON.stringify({ name, text: `ünïcödé \u0000 ${seq}` }),
  unknown: undefined,
  version: { epoch: 1, hlc: hlc + BigInt(seq), origin: by, seq },
})

/** Something of everything that a store keeps, with more rows than one page has. */
function everything(): Omit<Batch, 'meta'> {
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    ...{ kind: i % 2 ? 'setting' : 'of a newer version', id: `id-${i}`, birth: dot(i + 1) },
    groups: [group('a', i + 1), group('b', i + 1, other)],
  }))
  const [first] = rows
  const unknown = new Uint8Array([0, 255, 10, 128])
  if (first) first.groups.push({ ...group('c', 1), unknown, past: [dot(7, other)] } as never)
  const entries = Array.from({ length: ENTRIES }, (_, i) => ({
    ...{ position: i + 1, stream: i % 3 ? 'audit' : 'a newer stream', subject: `of ${i % 7}` },
    ...{ atMs: i, dot: dot(i + 1, i % 2 ? origin : other), index: i % 4, body: `{"i":${i}}` },
  }))
  const claim = { holder: 'h', state: 'confirmed' as const, version: group('a', 3).version }
  return {
    rows,
    entries,
    claims: [
      { ...claim, claim: 'user:anna', birth: dot(3) },
      { ...claim, claim: 'user:anna', birth: dot(4), state: 'provisional' },
    ],
    tombstones: [
      { kind: 'setting', id: 'gone', birth: dot(1), dots: [dot(2), dot(9, other)], atMs: 5 },
      { kind: CLAIM_KIND, id: 'user:bert', birth: dot(5), dots: [dot(6)], atMs: 5 },
    ],
    heard: [{ origin: other, head: ENTRIES, gaps: [{ low: 4, high: 9 }] }],
    floors: [{ origin: other, seq: 3 }],
    parked: [{ kind: 'setting', id: 'id-1', group: group('far', ROWS) }],
  }
}

test('sqlite to MariaDB to Redis to sqlite: everything is as it was, and nothing else is there', async () => {
  await using mariadb = await MariaDb.start()
  await using redis = await RedisServer.start()
  const folder = mkdtempSync(join(tmpdir(), 'skein-between-'))
  const place = (name: string) => join(folder, name)
  try {
    await fill(place('sqlite'))
    const begun = await contentsOf(await openSqliteStore(file(place('sqlite'))))
    assert.deepEqual(
      [begun.rows?.length, begun.entries?.length, begun.parked?.length, begun.claims?.length],
      [ROWS, ENTRIES, 1, 2],
    )
    const servers = [mariadb.url(await mariadb.database()), redis.url()]
    let from: string | undefined
    for (const [i, url] of servers.entries()) {
      const name = ['sqlite', 'mariadb', 'redis'][i] ?? ''
      const next = ['mariadb', 'redis'][i] ?? ''
      await backUp(place(name), from, place(`${i}.backup`))
      await restore(place(`${i}.backup`), place(next), url)
      assert.deepEqual(await contentsOf(await openStoreAt(url)), begun, next)
      from = url
    }
    await backUp(place('redis'), from, place('last.backup'))
    await restore(place('last.backup'), place('again'), undefined)
    assert.deepEqual(await contentsOf(await openSqliteStore(file(place('again')))), begun)
    const elsewhere = place('elsewhere.db')
    const at = { kind: 'sqlite', path: elsewhere } as const
    for (const [i, force] of [false, true].entries()) {
      const to = { ...plain, file: place('last.backup'), data: place(`keys-${i}`), store: at }
      await restoreBackup({ ...to, force, random: systemRandom })
      const opened = await openSqliteStore({ ...file(place(`keys-${i}`)), path: elsewhere })
      assert.deepEqual(await contentsOf(opened), begun)
      await assert.rejects(restoreBackup({ ...to, data: place(`no-${i}`), random: systemRandom }), {
        code: 'restore_not_empty',
      })
    }
    await assert.rejects(openAs(place('nobody'), await halfRestored(redis.url('?name=half'))), {
      code: 'restore_unfinished',
    })
    await assert.rejects(restore(place('last.backup'), place('twice'), redis.url()), {
      code: 'restore_not_empty',
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a backup of a database that others write to meanwhile is a state that there was', async () => {
  await using redis = await RedisServer.start()
  const folder = mkdtempSync(join(tmpdir(), 'skein-between-'))
  const scribe = new Scribe(await openStoreAt(redis.url()))
  try {
    await scribe.write(amount({ usual: 30, whole: 100 }), 20)
    const before = scribe.acknowledged.size
    const writing = scribe.writeUntilStopped(20)
    mkdirSync(join(folder, 'data'))
    await backUp(join(folder, 'data'), redis.url(), join(folder, 'a.backup'))
    scribe.stop()
    await writing
    const restored = join(folder, 'restored')
    await restore(join(folder, 'a.backup'), restored, undefined)
    const { rows = [] } = await contentsOf(await openSqliteStore(file(restored)))
    assert(rows.length >= before, 'what was acknowledged before is in it')
    assert.equal(rows.length % 20, 0, 'no commit is in it by half')
  } finally {
    scribe.stop()
    await scribe.store.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

const file = (folder: string) => ({ folder, log: quietLog })
const plain = { force: false, nowMs: Date.now(), onProgress: () => undefined }

function serverAt(url: string) {
  const address = parseStore(url)
  if (address.kind === 'sqlite') throw new Error(`${url} is no server`)
  return address
}
const openStoreAt = (url: string): Promise<Store> => openServerStore(serverAt(url), quietLog)

const backUp = (data: string, url: string | undefined, to: string) =>
  writeBackup({ ...plain, data, file: to, ...(url && { store: serverAt(url) }) })

const restore = (from: string, data: string, url: string | undefined) =>
  restoreBackup({
    ...{ ...plain, file: from, data, random: systemRandom },
    ...(url && { store: serverAt(url) }),
  })

async function fill(folder: string): Promise<void> {
  const store = await openSqliteStore(file(folder))
  const meta = { origin, seq: ROWS, hlc: hlc + BigInt(ROWS), position: ENTRIES, revision: 0 }
  await store.commit({ ...everything(), meta }, undefined)
  await store.close()
}

/** As a restore leaves it that was killed on the way. */
async function halfRestored(url: string): Promise<string> {
  const store = await openStoreAt(url)
  const meta = { origin: UNFINISHED, seq: 3, hlc, position: 0, revision: 0 }
  await store.commit({ ...everything(), meta }, undefined)
  await store.close()
  return url
}

const openAs = (folder: string, url: string) =>
  openStore({ address: parseStore(url), folder, log: quietLog })

/** All of it in an order of its own; the origins that were given on the way are left out, and the file's own revision. */
async function contentsOf(store: Store): Promise<Record<string, string[]>> {
  const all: Record<string, unknown[]> = {}
  const origins = new Map([[other, ENTRIES]])
  let position = 0
  for await (const { meta, ...parts } of store.load()) {
    position = meta.position
    for (const [name, some] of Object.entries(parts)) all[name] = [...(all[name] ?? []), ...some]
  }
  origins.set(origin, ROWS)
  all.entries = await entriesOf(store, origins)
  all.heard = (all.heard ?? []).filter((one) => hasOrigin(one, other))
  await store.close()
  const texts: Record<string, string[]> = {}
  for (const [name, some] of Object.entries(all)) texts[name] = some.map(textOf).toSorted()
  // A driver may answer that there is nothing of a thing, or not answer.
  const full = Object.fromEntries(Object.entries(texts).filter(([, some]) => some.length > 0))
  return { ...full, position: [String(position)] }
}

const hasOrigin = (one: unknown, wanted: string): boolean =>
  typeof one === 'object' && one !== null && 'origin' in one && one.origin === wanted

/** Groups, gaps and dots have an order of their own in each driver. */
const textOf = (one: unknown): string =>
  JSON.stringify(one, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
    if (Array.isArray(value))
      return value.toSorted((a, b) => (JSON.stringify(a, safe) < JSON.stringify(b, safe) ? -1 : 1))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
const safe = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

async function entriesOf(store: Store, origins: ReadonlyMap<string, number>) {
  const entries: StoredEntry[] = []
  for (const [by, high] of origins) {
    const spans = [{ origin: by, low: 1, high }]
    entries.push(...(await store.readSpans({ spans, maxBytes: 1e9 })).entries)
  }
  const listed = await store.readStream({ stream: 'a newer stream', limit: 1000 })
  assert.equal(listed.length, entries.filter(({ stream }) => stream === 'a newer stream').length)
  return entries
}
