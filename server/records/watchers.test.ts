import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { quietLog, userChange } from '../../tests/support/rows.ts'
import { systemRandom } from '../clock.ts'
import { openMemoryStore } from '../store/memory.ts'
import { openRecords } from './open.ts'
import type { Change, Records } from './records.ts'
import { MAX_PENDING_ENTRIES } from './watchers.ts'

async function open() {
  const store = openMemoryStore()
  const log = quietLog
  const records = await openRecords({ store, clock: new TestClock(), random: systemRandom, log })
  return { store, records }
}

const write = (records: Records, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

const audit = (action: string): Change => ({
  op: 'append',
  stream: 'audit',
  subject: 'x',
  body: { actor: { kind: 'system', id: 'x', name: 'x' }, action },
})

test('a watcher hears of each row once, in order, with all groups written since it last read', async () => {
  const { records } = await open()
  const [anna, bert] = [userChange(), userChange()]
  const watch = records.watch('user')[Symbol.asyncIterator]()
  await write(records, anna)
  await write(records, bert)
  const value = { passwordHash: 'x' }
  await write(records, { op: 'set', kind: 'user', id: anna.id, group: 'secret', value })
  const first = (await watch.next()).value
  assert.deepEqual(first, {
    id: anna.id,
    version: 3,
    groups: ['profile', 'access', 'secret'],
    origin: 'local',
  })
  assert.equal((await watch.next()).value?.id, bert.id)
})

test('a change is readable when its watcher hears of it, and a delete names all groups', async () => {
  const { records } = await open()
  const user = userChange()
  const watch = records.watch('user')[Symbol.asyncIterator]()
  const heard = watch.next().then(() => records.get('user', user.id)?.id)
  await write(records, user)
  assert.equal(await heard, user.id)
  await write(records, { op: 'delete', kind: 'user', id: user.id })
  assert.deepEqual((await watch.next()).value?.groups, ['profile', 'access'])
  assert.equal(records.get('user', user.id), undefined)
})

test('nobody hears of what did not become durable', async () => {
  const { store, records } = await open()
  const watch = records.watch('user')[Symbol.asyncIterator]()
  store.failNext('store_failed')
  await assert.rejects(write(records, userChange()), { code: 'store_failed' })
  const user = userChange()
  await write(records, user)
  assert.equal((await watch.next()).value?.id, user.id)
})

test('a tail hears of every entry from now on', async () => {
  const { records } = await open()
  await write(records, audit('before'))
  const tail = records.tail('audit')[Symbol.asyncIterator]()
  await write(records, audit('one'), audit('two'))
  const one = (await tail.next()).value
  const two = (await tail.next()).value
  assert.deepEqual([one?.body.action, two?.body.action], ['one', 'two'])
  const [last] = await records.read('audit', { limit: 1 })
  assert.deepEqual(two, last)
})

test('a tail that falls too far behind is told so, and a new one works', async () => {
  const { records } = await open()
  const tail = records.tail('audit')[Symbol.asyncIterator]()
  const many = Array.from({ length: 100 }, (_, i) => audit(`${i}`))
  for (let i = 0; i <= MAX_PENDING_ENTRIES; i += 100) await write(records, ...many)
  await assert.rejects(tail.next(), { code: 'unavailable' })
  assert.equal((await tail.next()).done, true)
  const fresh = records.tail('audit')[Symbol.asyncIterator]()
  await write(records, audit('after'))
  assert.equal((await fresh.next()).value?.body.action, 'after')
})

test('a watch ends by its signal, by leaving its loop and by closing', async () => {
  const { records } = await open()
  const stop = new AbortController()
  const bySignal = records.watch('user', { signal: stop.signal })[Symbol.asyncIterator]().next()
  stop.abort()
  assert.equal((await bySignal).done, true)
  const watch = records.watch('user')
  await write(records, userChange())
  for await (const _ of watch) break
  const byClosing = records.tail('audit')[Symbol.asyncIterator]().next()
  await records.close()
  assert.equal((await byClosing).done, true)
  assert.throws(() => records.watch('user'), { code: 'unavailable' })
})
