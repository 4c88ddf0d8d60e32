// What happens between accepted and durable: over the memory store, which can be held and made to fail.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { quietLog, testId, userChange } from '../../tests/support/rows.ts'
import { systemRandom } from '../clock.ts'
import { openMemoryStore } from '../store/memory.ts'
import { MAX_WRITE_MS } from './line.ts'
import { openRecords } from './open.ts'
import { type Change, MAX_CHANGES, type Records } from './records.ts'

async function open() {
  const store = openMemoryStore()
  const clock = new TestClock()
  const records = await openRecords({ store, clock, random: systemRandom, log: quietLog })
  const reopened = () =>
    openRecords({ store: store.reopen(), clock, random: systemRandom, log: quietLog })
  return { store, records, reopened, clock }
}

const soon = (what: string) => ({ timeoutMs: 5000, what })

const write = (records: Records, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

const rename = (id: ReturnType<typeof userChange>['id'], displayName: string): Change => ({
  op: 'set',
  kind: 'user',
  id,
  group: 'profile',
  value: { username: 'anna', displayName, createdAt: 1 },
})

test('what is accepted and not durable is seen by the next decide and by no reader', async () => {
  const { store, records } = await open()
  const user = userChange()
  const release = store.hold()
  const first = write(records, user)
  const second = records.transact((view) => ({
    changes: [],
    result: view.get('user', user.id)?.id,
  }))
  assert.equal(records.get('user', user.id), undefined)
  release()
  await first
  assert.equal(await second, user.id)
  assert.equal(records.get('user', user.id)?.id, user.id)
})

test('an answer that rests on a change which is not durable waits for it', async () => {
  const { store, records } = await open()
  const user = userChange()
  const release = store.hold()
  const first = write(records, user)
  let answered = false
  const second = records
    .transact((view) => ({ changes: [], result: view.list('user').length }))
    .finally(() => {
      answered = true
    })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(answered, false)
  release()
  await first
  assert.equal(await second, 1)
})

test('a failed commit fails all that was decided upon it, with one code, and changes nothing', async () => {
  const { store, records, reopened } = await open()
  const user = userChange()
  store.failNext('store_full')
  const release = store.hold()
  const outcomes = Promise.allSettled([
    write(records, user, { op: 'claim', claim: 'user:anna', holder: user.id }),
    write(records, rename(user.id, 'Anna')),
    records.transact((view) => ({ changes: [], result: view.get('user', user.id) })),
  ])
  release()
  for (const outcome of await outcomes) {
    assert.equal(outcome.status, 'rejected')
    assert.equal(outcome.status === 'rejected' && outcome.reason.code, 'store_full')
  }
  assert.equal(records.get('user', user.id), undefined)
  assert.equal(records.holder('user:anna'), undefined)
  await write(records, user)
  assert.equal(records.get('user', user.id)?.birth.seq, 1, 'no sequence number is skipped')
  assert.deepEqual((await reopened()).get('user', user.id), records.get('user', user.id))
})

test('a group behind the failed one fails too, and the line goes on after it', async () => {
  const { store, records } = await open()
  const user = userChange()
  const release = store.hold()
  store.failNext('store_failed')
  const first = write(records, user)
  const failed = assert.rejects(first, { code: 'store_failed' })
  await new Promise((resolve) => setImmediate(resolve)) // the first group is on its way
  const second = assert.rejects(write(records, rename(user.id, 'x')), { code: 'store_failed' })
  release()
  await Promise.all([failed, second])
  await write(records, userChange())
  assert.equal(records.list('user').length, 1)
})

test('transactions of one moment commit together', async () => {
  const { store, records } = await open()
  const before = store.commits
  await Promise.all(Array.from({ length: 100 }, () => write(records, userChange())))
  assert.equal(store.commits - before, 1)
})

test('a transaction begun in the moment when the line runs empty is not forgotten', async () => {
  const { records } = await open()
  for (let i = 0; i < 50; i++) {
    await write(records, userChange()).then(() => write(records, userChange()))
  }
  assert.equal(records.list('user').length, 100)
})

test('a version that no longer holds is a conflict, and then nothing is changed', async () => {
  const { records } = await open()
  const user = userChange()
  await write(records, user)
  const seen = records.get('user', user.id)?.versions.profile
  assert(seen)
  await write(records, { ...rename(user.id, 'first'), if: seen } as Change)
  const other = userChange()
  await assert.rejects(
    write(records, other, { ...rename(user.id, 'second'), if: seen } as Change),
    { code: 'conflict' },
  )
  assert.equal(records.get('user', user.id)?.groups.profile?.displayName, 'first')
  assert.equal(records.get('user', other.id), undefined)
  await assert.rejects(write(records, { op: 'delete', kind: 'user', id: user.id, if: seen }), {
    code: 'conflict',
  })
})

test('a name held by another is taken, and free again in the transaction that releases it', async () => {
  const { records } = await open()
  const [anna, bert] = [testId<'user'>(), testId<'user'>()]
  const claim = (holder: typeof anna): Change => ({ op: 'claim', claim: 'user:name', holder })
  await write(records, claim(anna))
  await write(records, claim(anna))
  await assert.rejects(write(records, claim(bert)), {
    code: 'name_taken',
    details: { name: 'name' },
  })
  await write(records, { op: 'release', claim: 'user:name', holder: anna }, claim(bert))
  assert.equal(records.holder('user:name'), bert)
})

test('a create sent twice is harmless, and another row under the same id is a conflict', async () => {
  const { records } = await open()
  const user = userChange()
  await write(records, user)
  const before = records.get('user', user.id)
  await write(records, user)
  assert.equal(records.get('user', user.id), before)
  await assert.rejects(write(records, userChange(user.id, 'bert')), { code: 'conflict' })
})

test('one change too many is refused with its code', async () => {
  const { records } = await open()
  const changes = Array.from({ length: MAX_CHANGES + 1 }, () => userChange())
  await assert.rejects(write(records, ...changes), { code: 'too_many_changes' })
  await write(records, ...changes.slice(1))
})

test('a set of a row that is not there is not found', async () => {
  const { records } = await open()
  await assert.rejects(write(records, rename(testId(), 'x')), { code: 'not_found' })
})

test('a value that does not fit its schema never gets in', async () => {
  const { records } = await open()
  const user = userChange()
  await write(records, user)
  const set = (value: unknown) =>
    write(records, { op: 'set', kind: 'user', id: user.id, group: 'access', value } as Change)
  const good = { role: 'member', disabled: true, epoch: 1 }
  await assert.rejects(set({ ...good, role: 'king' }), { code: 'bad_request' })
  await assert.rejects(set({ ...good, epoch: Number.NaN }), { code: 'bad_request' })
  await assert.rejects(set({ ...good, extra: 1 }), { code: 'bad_request' })
  await assert.rejects(set(undefined), { code: 'bad_request' })
  await assert.rejects(write(records, userChange('no id' as typeof user.id)), {
    code: 'bad_request',
  })
  const huge = { key: 'k', value: 'x'.repeat(2 * 1024 * 1024) }
  await assert.rejects(
    write(records, { op: 'create', kind: 'setting', id: testId(), groups: { value: huge } }),
    { code: 'too_large' },
  )
  await set(good)
})

test('what a caller keeps of a value it gave or got changes nothing', async () => {
  const { records } = await open()
  const user = userChange()
  const profile = { ...user.groups.profile }
  await write(records, { ...user, groups: { ...user.groups, profile } })
  profile.username = 'changed afterwards'
  const row = records.get('user', user.id)
  assert.equal(row?.groups.profile?.username, 'anna')
  assert(Object.isFrozen(row) && Object.isFrozen(row.groups) && Object.isFrozen(row.groups.profile))
})

test('a decide that begins a transaction itself is refused', async () => {
  const { records } = await open()
  const inner: Promise<unknown>[] = []
  await records.transact(() => {
    inner.push(write(records, userChange()))
    return { changes: [], result: undefined }
  })
  await assert.rejects(Promise.all(inner), TypeError)
})

test('closing waits for what was accepted and takes no more', async () => {
  const { store, records } = await open()
  const release = store.hold()
  const last = write(records, userChange())
  const closing = records.close()
  await assert.rejects(write(records, userChange()), { code: 'unavailable' })
  release()
  await Promise.all([last, closing])
  assert.equal(records.list('user').length, 1)
})

test('the clock never goes back, though wall time does', async () => {
  const { records, clock, reopened } = await open()
  const first = userChange()
  await write(records, first)
  await clock.advance(-60_000)
  const again = await reopened()
  const second = userChange()
  await write(again, second)
  const before = records.get('user', first.id)?.versions.profile?.hlc ?? 0n
  assert((again.get('user', second.id)?.versions.profile?.hlc ?? 0n) > before)
})

test('a disk that does not answer: writes are refused with a code, reads go on, and nothing is half there', async () => {
  const { store, records, reopened, clock } = await open()
  const [before, waiting, behind] = [userChange(), userChange(), userChange()]
  await write(records, before)
  const release = store.hold()
  const first = write(records, waiting)
  await new Promise((resolve) => setImmediate(resolve))
  const second = write(records, behind)
  const refused = Promise.all(
    [first, second].map((one) => assert.rejects(one, { code: 'store_slow' })),
  )
  await clock.advance(MAX_WRITE_MS)
  await refused
  assert.equal(records.get('user', before.id)?.id, before.id)
  await assert.rejects(write(records, userChange()), { code: 'store_slow' })
  release()
  const last = userChange()
  await eventually(() => write(records, last).then(() => true), soon('the disk'))
  for (const one of [records, await reopened()]) {
    assert.equal(one.get('user', waiting.id)?.id, waiting.id)
    assert.equal(one.get('user', behind.id), undefined)
    assert.equal(one.get('user', last.id)?.id, last.id)
  }
})

test('a database that was put back takes no more writes, and is read', async () => {
  const { records } = await open()
  const user = userChange()
  await write(records, user)
  records.replica.refuseWrites()
  await assert.rejects(write(records, userChange()), { code: 'store_rolled_back' })
  assert.equal(records.get('user', user.id)?.id, user.id)
})
