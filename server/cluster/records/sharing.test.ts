// Peers with real lines between them and databases of their own.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { eventually } from '../../../tests/support/eventually.ts'
import { RecordsPeer } from '../../../tests/support/records-peer.ts'
import { sessionChange, testId, userChange } from '../../../tests/support/rows.ts'

const secret = randomBytes(32)
const peers: RecordsPeer[] = []
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.kill()))
})

function made(): RecordsPeer {
  const peer = new RecordsPeer(secret)
  peers.push(peer)
  return peer
}

const within = (what: string, timeoutMs = 20_000) => ({ what, timeoutMs })

async function three(): Promise<[RecordsPeer, RecordsPeer, RecordsPeer]> {
  const a = await made().start([])
  const b = await made().start([a.address])
  const c = await made().start([a.address])
  const linked = () => [a, b, c].every(({ sharing }) => sharing.linked.length === 2)
  await eventually(linked, within('lines between all'))
  return [a, b, c]
}

const isEqual = (all: readonly RecordsPeer[]) => {
  const roots = all.map(({ records }) => JSON.stringify(records.replica.fingerprints.root))
  return new Set(roots).size === 1
}

test('what is written at one is at all, and its writer knows how many have it', async () => {
  const all = await three()
  for (const peer of all) {
    const id = testId<'user'>()
    let told: unknown
    const options = { ack: 'every', told: (received: unknown) => (told = received) } as const
    await peer.records.transact(() => ({ changes: [userChange(id)], result: undefined }), options)
    await eventually(() => all.every(({ records }) => records.get('user', id)), within('the user'))
    assert.deepEqual(told, { peers: 2, of: 2 })
  }
  assert.ok(isEqual(all))
})

test('a peer on its own waits for nobody', async () => {
  const alone = await made().start([])
  let told: unknown
  const options = { ack: 'peer', told: (received: unknown) => (told = received) } as const
  await alone.records.transact(() => ({ changes: [userChange()], result: undefined }), options)
  assert.deepEqual(told, { peers: 0, of: 0 })
})

test('what was not heard while a peer was away is asked for when it is back', async () => {
  const [a, b, c] = await three()
  const { address } = c
  await c.kill()
  const users = Array.from({ length: 300 }, () => userChange())
  for (const user of users) await a.write(user)
  await a.write({ op: 'delete', kind: 'user', id: users[0]?.id ?? testId<'user'>() })
  await c.open()
  await c.start([a.address], Number(address.split(':')[1]))
  await eventually(() => c.records.list('user').length === 299, within('what it has missed'))
  await eventually(() => isEqual([a, b, c]), within('equal records'))
  await eventually(() => a.sharing.with(c.id)?.isLevel, within('word of it'))
})

test('a peer that was away past every purge compares, and says so; what was deleted stays deleted', async () => {
  const [a, b, c] = await three()
  const users = Array.from({ length: 20 }, () => userChange())
  for (const user of users) await a.write(user)
  await eventually(() => c.records.list('user').length === 20, within('the users'))
  const { address } = c
  await c.kill()
  const [gone] = users
  await a.write({ op: 'delete', kind: 'user', id: gone?.id ?? testId<'user'>() })
  await eventually(() => b.records.list('user').length === 19, within('the deletion'))
  for (const peer of [a, b]) await peer.records.replica.tend(-1000)
  await c.open()
  const own = userChange()
  await c.write(own)
  await c.start([a.address], Number(address.split(':')[1]))
  const all = [a, b, c]
  const isOver = () => isEqual(all) && all.every(({ records }) => records.get('user', own.id))
  await eventually(isOver, within('equal records'))
  assert.equal(c.records.list('user').length, 20)
  assert.equal(c.records.get('user', gone?.id ?? testId<'user'>()), undefined)
  const told = () => [a, b].some(({ id }) => c.sharing.with(id)?.told === 'compared')
  await eventually(told, within('word of the comparison'))
  const isWritten = async () =>
    (await c.records.read('audit')).some(({ body }) => body.action === 'records.compared')
  await eventually(isWritten, within('an event'))
})

test('a disk that fails for a while misses nothing in the end', async () => {
  const [a, b, c] = await three()
  const failing = c.store
  const release = failing.hold()
  for (let i = 0; i < 20; i++) await a.write(userChange())
  release()
  await eventually(() => isEqual([a, b, c]) && c.records.list('user').length === 20, within('all'))
})

test('who joins with an empty database has all before it does anything', async () => {
  const a = await made().start([])
  const setting = testId<'setting'>()
  const value = { key: 'cluster-id', value: 'c' }
  await a.write(
    { op: 'create', kind: 'setting', id: setting, groups: { value } },
    { op: 'claim', claim: 'setting:cluster-id', holder: setting },
  )
  for (let i = 0; i < 500; i++) await a.write(sessionChange())
  const b = made()
  const isComplete = () => b.records.holder('setting:cluster-id') !== undefined
  await b.takeOver(['127.0.0.1:1', a.address], isComplete)
  assert.equal(b.records.list('session').length, 500)
  await b.start([a.address])
  await b.write(userChange())
  await eventually(() => a.records.list('user').length === 1, within('what it writes'))
})

test('bytes that are no message end their line, and others are served all the same', async () => {
  const [a, b, c] = await three()
  const before = a.sharing.linked.length
  assert.equal(before, 2)
  for (const bytes of [Buffer.alloc(0), randomBytes(5000), Buffer.from([1, 2, 255, 255, 255])]) {
    const line = () => c.mesh.lines.find(({ peer, isOpen }) => peer === a.id && isOpen)
    const open = await eventually(line, within('a line to say it on', 30_000))
    // Again and again: of two lines that were begun at once, one is heard only until the other is there.
    const ended = () => {
      if (open.isOpen) open.send(bytes)
      return !open.isOpen
    }
    await eventually(ended, within('the end of the line'))
  }
  await b.write(userChange())
  await eventually(() => a.records.list('user').length === 1, within('what an honest peer writes'))
})
