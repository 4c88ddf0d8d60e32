// What comes from disk and was written by another version, or by a fault.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { quietLog, testId, userChange } from '../../tests/support/rows.ts'
import { systemRandom } from '../clock.ts'
import type { Log } from '../store/log.ts'
import { openMemoryStore } from '../store/memory.ts'
import type { Batch, StoredRow } from '../store/store.ts'
import { openRecords } from './open.ts'

const origin = 'aaaaaaaaaaaaaaaa'
const version = { epoch: 3, hlc: 7n << 16n, origin, seq: 1 }
const profile = { username: 'anna', displayName: '', createdAt: 1 }

const stored = (kind: string, id: string, groups: Record<string, unknown>): StoredRow => ({
  kind,
  id,
  birth: { origin, seq: 1 },
  groups: Object.entries(groups).map(([name, value]) => ({
    name,
    body: JSON.stringify(value),
    unknown: undefined,
    version,
  })),
})

const openWith = (...rows: StoredRow[]) => openLogging(quietLog, ...rows)

async function openLogging(log: Log, ...rows: StoredRow[]) {
  const store = openMemoryStore()
  const meta = { origin, seq: 1, hlc: version.hlc, position: 0, revision: 1 }
  await store.commit({ meta, rows, tombstones: [], claims: [], entries: [] }, undefined)
  const options = { clock: new TestClock(), random: systemRandom, log }
  return { store, records: await openRecords({ store, ...options }) }
}

async function onDisk(store: { load(): AsyncIterable<Batch> }, id: string) {
  for await (const batch of store.load()) {
    const row = batch.rows.find((one) => one.id === id)
    if (row) return Object.fromEntries(row.groups.map((group) => [group.name, group]))
  }
  return {}
}

test('fields of a newer version are hidden, survive a write, and are back for a version that knows them', async () => {
  const id = testId<'user'>()
  const newer = { ...profile, pronouns: 'she', ranks: [{ of: 1.5 }] }
  const { store, records } = await openWith(stored('user', id, { profile: newer }))
  assert.deepEqual(records.get('user', id)?.groups.profile, profile)
  const value = { ...profile, displayName: 'Anna' }
  await records.transact(() => ({
    changes: [{ op: 'set', kind: 'user', id, group: 'profile', value }],
    result: 0,
  }))
  const group = (await onDisk(store, id)).profile
  assert.equal(
    Buffer.from(group?.unknown ?? []).toString(),
    '{"pronouns":"she","ranks":[{"of":1.5}]}',
  )
  assert.deepEqual(JSON.parse(group?.body ?? ''), value)
  const options = { clock: new TestClock(), random: systemRandom, log: quietLog }
  const again = await openRecords({ store: store.reopen(), ...options })
  assert.deepEqual(again.get('user', id)?.groups.profile, value)
})

test('kinds and groups of a newer version stay on disk, and go when their row is deleted', async () => {
  const [id, otherId] = [testId<'user'>(), testId()]
  const { store, records } = await openWith(
    stored('user', id, { profile, badges: { many: true } }),
    stored('comet', otherId, { tail: { long: true } }),
  )
  assert.deepEqual(Object.keys(records.get('user', id)?.groups ?? {}), ['profile'])
  await records.transact(() => ({
    changes: [{ op: 'set', kind: 'user', id, group: 'profile', value: profile }],
    result: 0,
  }))
  assert.deepEqual(Object.keys(await onDisk(store, id)).toSorted(), ['badges', 'profile'])
  await records.transact(() => ({ changes: [{ op: 'delete', kind: 'user', id }], result: 0 }))
  assert.deepEqual(await onDisk(store, id), {})
  assert.deepEqual(Object.keys(await onDisk(store, otherId)), ['tail'])
})

test('a row that does not fit its schema is hidden, the others are there, and its id is not used again', async () => {
  const [bad, good] = [testId<'user'>(), testId<'user'>()]
  const { records } = await openWith(
    stored('user', bad, { profile: { username: 7 } }),
    stored('user', good, { profile }),
  )
  assert.equal(records.get('user', bad), undefined)
  assert.equal(records.get('user', good)?.id, good)
  const create = records.transact(() => ({ changes: [userChange(bad)], result: 0 }))
  await assert.rejects(create, { code: 'conflict' })
})

test('a write keeps the epoch of what it replaces, so that it is later than a repaired one', async () => {
  const id = testId<'user'>()
  const { records } = await openWith(stored('user', id, { profile }))
  await records.transact(() => ({
    changes: [{ op: 'set', kind: 'user', id, group: 'profile', value: profile }],
    result: 0,
  }))
  assert.equal(records.get('user', id)?.versions.profile?.epoch, 3)
})

const owner = testId<'user'>()
const start = { userId: owner, createdAt: 1, expiresAt: 2, address: '192.0.2.1', client: 'curl' }

test('a session is found by its user before it was ever read, and is read then', async () => {
  const [id, other] = [testId<'session'>(), testId<'session'>()]
  const { userId, ...rest } = start
  const { records } = await openWith(
    stored('session', id, { start }),
    stored('session', other, { start: { ...rest, userId } }),
  )
  const found = records.list('session', { userId: owner })
  assert.deepEqual(found.map((row) => row.id).toSorted(), [id, other].toSorted())
  assert.deepEqual(records.get('session', id)?.groups.start, start)
  assert.equal(
    records.get('session', id),
    found.find((row) => row.id === id),
  )
})

test('a session that does not fit its schema is hidden and told of when it is asked for, and its id is not used again', async () => {
  const [bad, good] = [testId<'session'>(), testId<'session'>()]
  const told: object[] = []
  const log = { ...quietLog, error: (fields: object) => void told.push(fields) }
  const rows = [
    stored('session', bad, { start: { ...start, expiresAt: 'never' } }),
    stored('session', good, { start }),
  ]
  const { records } = await openLogging(log, ...rows)
  const taken = records.transact(() => {
    const change = { op: 'create', kind: 'session', id: bad, groups: { start } } as const
    return { changes: [change], result: 0 }
  })
  await assert.rejects(taken, { code: 'conflict' })
  assert.deepEqual(
    records.list('session', { userId: owner }).map(({ id }) => id),
    [good],
  )
  assert.equal(records.get('session', bad), undefined)
  assert.equal(told.length, 1)
})

test('unread rows weigh the same as read ones, are written, deleted and gone for good', async () => {
  const ids = [testId<'session'>(), testId<'session'>(), testId<'session'>()] as const
  const rows = ids.map((id) => stored('session', id, { start }))
  const { records } = await openWith(...rows)
  const unread = records.replica.fingerprints.root
  assert.equal(records.list('session').length, ids.length)
  assert.deepEqual(records.replica.fingerprints.root, unread)
  const { records: again } = await openWith(...rows)
  const value = { ...start, client: 'wget' }
  await again.transact(() => ({
    changes: [
      { op: 'set', kind: 'session', id: ids[0], group: 'start', value },
      { op: 'delete', kind: 'session', id: ids[1] },
    ],
    result: 0,
  }))
  const left = again.list('session', { userId: owner })
  assert.deepEqual(left.map(({ id }) => id).toSorted(), [ids[0], ids[2]].toSorted())
  assert.equal(again.get('session', ids[0])?.groups.start?.client, 'wget')
  assert.equal(again.get('session', ids[1]), undefined)
})
