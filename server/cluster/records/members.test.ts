// Two peers on one database, and a third with one of its own, with real lines between them.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { eventually } from '../../../tests/support/eventually.ts'
import { RecordsPeer } from '../../../tests/support/records-peer.ts'
import { testId, userChange } from '../../../tests/support/rows.ts'
import { type MemoryStore, openSharedMemoryStore } from '../../store/memory.ts'

const secret = randomBytes(32)
const peers: RecordsPeer[] = []
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.kill()))
})

function made(store?: MemoryStore): RecordsPeer {
  const peer = new RecordsPeer(secret, store)
  peers.push(peer)
  // As the peers say of themselves: members are those that share a store and write under one origin.
  peer.isMember = (id) => {
    const other = peers.find((one) => one.id === id)
    const isShared = peer.store.shared && other?.store.shared === true
    return isShared && other.records.replica.origin === peer.records.replica.origin
  }
  return peer
}

const within = (what: string, timeoutMs = 20_000) => ({ what, timeoutMs })

async function three(database = openSharedMemoryStore()) {
  const a = await made(database.share()).start([])
  const b = await made(database.share()).start([a.address])
  const c = await made().start([a.address])
  const linked = () => [a, b, c].every(({ sharing }) => sharing.linked.length === 2)
  await eventually(linked, within('lines between all'))
  return { a, b, c, database }
}

const isEqual = (all: readonly RecordsPeer[]) => {
  const roots = all.map(({ records }) => JSON.stringify(records.replica.fingerprints.root))
  return new Set(roots).size === 1
}

test('what a member writes is at its fellow before that would have looked, and at everybody else', async () => {
  const { a, b, c } = await three()
  for (let i = 0; i < 20; i++) {
    const user = userChange()
    const [writer, fellow] = i % 2 === 0 ? [a, b] : [b, a]
    const began = performance.now()
    await writer.write(user)
    await eventually(() => fellow.records.get('user', user.id), within('the user at the member'))
    // On the average half a second without a word; some of twenty would take longer than this.
    if (i > 0) assert.ok(performance.now() - began < 5000)
    await eventually(() => c.records.get('user', user.id), within('the user elsewhere'))
  }
  await eventually(() => isEqual([a, b, c]), within('equal records'))
  assert.equal(c.records.replica.heard().head(a.records.replica.origin), 20)
})

test('a member that has the same database is no second copy, and another peer is', async () => {
  const { a, b, c } = await three()
  let told: unknown
  const options = { ack: 'every', told: (received: unknown) => (told = received) } as const
  const decide = () => ({ changes: [userChange()], result: undefined })
  await a.records.transact(decide, options)
  assert.deepEqual(told, { peers: 1, of: 1 })
  await c.records.transact(decide, options)
  assert.deepEqual(told, { peers: 2, of: 2 })
  assert.equal(a.sharing.with(b.id)?.isMember, true)
  assert.equal(a.sharing.with(c.id)?.isMember, undefined)
})

test('what others write comes in through any member, once, and a member that is away misses nothing', async () => {
  const { a, b, c } = await three()
  const { address } = b
  await b.kill()
  const users = Array.from({ length: 50 }, () => userChange())
  for (const user of users) await c.write(user)
  await eventually(() => a.records.list('user').length === 50, within('what was written elsewhere'))
  await b.open()
  assert.equal(b.records.list('user').length, 50)
  await b.start([c.address], Number(address.split(':')[1]))
  await b.write({ op: 'delete', kind: 'user', id: users[0]?.id ?? testId<'user'>() })
  await eventually(() => isEqual([a, b, c]), within('equal records'))
  assert.equal(c.records.list('user').length, 49)
})

test('members that stand under two origins for a while are one again, and nobody misses anything', async () => {
  const { a, b, c, database } = await three()
  const before = database.snapshot()
  const users = Array.from({ length: 10 }, () => userChange())
  for (const [i, user] of users.entries()) await (i % 2 === 0 ? a : b).write(user)
  await eventually(() => isEqual([a, b, c]), within('equal records'))
  database.goBack(before)
  await a.write(userChange())
  await b.write(userChange())
  await eventually(() => isEqual([a, b, c]), within('equal records'))
  assert.equal(c.records.list('user').length, 12)
  assert.equal(a.records.replica.origin, b.records.replica.origin)
  await eventually(() => a.sharing.with(b.id)?.isMember, within('the members to know one another'))
})

test('a database that went back while no member was there gets what others know, under a new origin', async () => {
  const { a, b, c, database } = await three()
  const { origin } = a.records.replica
  const before = database.snapshot()
  const users = Array.from({ length: 10 }, () => userChange())
  for (const user of users) await a.write(user)
  await eventually(() => c.records.list('user').length === 10, within('the users elsewhere'))
  const port = Number(a.address.split(':')[1])
  await Promise.all([a.kill(), b.kill()])
  peers.splice(peers.indexOf(b), 1)
  database.goBack(before, false)
  await a.open()
  assert.equal(a.records.list('user').length, 0)
  await a.start([c.address], port)
  await eventually(() => a.records.list('user').length === 10, within('what was lost'))
  await eventually(() => a.records.replica.origin !== origin, within('a new origin'))
  await a.write(userChange())
  await eventually(() => isEqual([a, c]), within('equal records'))
  assert.equal(c.records.list('user').length, 11)
})

test('two copies of a database that pass for one take different origins, and are equal then', async () => {
  const database = openSharedMemoryStore()
  const a = await made(database.share()).start([])
  await a.write(userChange())
  const copy = openSharedMemoryStore()
  copy.goBack(database.snapshot(), false)
  const b = await made(copy.share()).start([a.address])
  assert.equal(a.records.replica.origin, b.records.replica.origin)
  await a.write(userChange())
  await b.write(userChange())
  const isApart = () => a.records.replica.origin !== b.records.replica.origin
  await eventually(isApart, within('two origins', 40_000))
  // What both wrote under one number meanwhile is one of the two, or neither: nobody can tell them apart.
  const late = userChange()
  await b.write(late)
  await eventually(() => a.records.get('user', late.id), within('what was written since', 40_000))
  await eventually(() => isEqual([a, b]), within('equal records', 40_000))
})
