// What one database does with what another has written: two sets of records, each over a store of its own, that exchange
// deltas by hand.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amount } from '../../tests/support/amount.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { quietLog, testId, userChange } from '../../tests/support/rows.ts'
import { systemRandom } from '../clock.ts'
import type { Delta } from '../cluster/replica/delta.ts'
import { MemoryStore } from '../store/memory.ts'
import { openRecords, type ReplicatedRecords } from './open.ts'
import type { Change, Row } from './records.ts'

const MAX_BYTES = 1_000_000

class Side {
  readonly clock = new TestClock()
  readonly store: MemoryStore
  records!: ReplicatedRecords

  constructor(store = new MemoryStore()) {
    this.store = store
  }

  async open(): Promise<this> {
    const { store, clock } = this
    this.records = await openRecords({ store, clock, random: systemRandom, log: quietLog })
    return this
  }

  /** What another process would find on the disk. */
  reopened(): Promise<Side> {
    return new Side(this.store.reopen()).open()
  }

  write(...changes: Change[]): Promise<void> {
    return this.records.transact(() => ({ changes, result: undefined }))
  }

  /** Takes everything that the other has heard of and this has not. */
  async pull(other: Side): Promise<void> {
    const { replica } = other.records
    const spans = this.records.replica.heard().missingFrom(replica.heard())
    if (spans.length > 0) await this.records.replica.merge(await replica.collect(spans, MAX_BYTES))
  }
}

const pair = async () => [await new Side().open(), await new Side().open()] as const

const none: Delta = { rows: [], claims: [], tombstones: [], entries: [], spans: [] }

const rename = (id: ReturnType<typeof testId<'user'>>, displayName: string): Change => ({
  op: 'set',
  kind: 'user',
  id,
  group: 'profile',
  value: { username: 'ann', displayName, createdAt: 1 },
})

const nameOf = (side: Side, id: ReturnType<typeof testId<'user'>>) =>
  side.records.get('user', id)?.groups.profile?.displayName

test('what one writes the other reads, is told of as merged, and finds on its disk', async () => {
  const [a, b] = await pair()
  const id = testId<'user'>()
  const watch = b.records.watch('user')[Symbol.asyncIterator]()
  const pushed: Delta[] = []
  a.records.replica.follow((delta) => pushed.push(delta))
  const subject = 'x'
  const body = { actor: { kind: 'system', id: 's', name: 's' }, action: 'a' } as const
  const claim: Change = { op: 'claim', claim: 'user:ann', holder: id }
  await a.write(userChange(id), claim, { op: 'append', stream: 'audit', subject, body })
  for (const delta of pushed) await b.records.replica.merge(delta)
  assert.deepEqual(b.records.get('user', id), a.records.get('user', id))
  assert.equal(b.records.holder('user:ann'), id)
  assert.equal((await b.records.read('audit')).length, 1)
  const { value } = await watch.next()
  assert.deepEqual([value?.id, value?.origin], [id, 'merge'])
  const again = await b.reopened()
  assert.deepEqual(again.records.get('user', id), a.records.get('user', id))
  assert.deepEqual(again.records.replica.heard().spans(), b.records.replica.heard().spans())
  assert.deepEqual(again.records.replica.fingerprints.root, a.records.replica.fingerprints.root)
})

test('what was merged is told of as merged, also when a write from here followed it', async () => {
  const [a, b] = await pair()
  const id = testId<'user'>()
  await a.write(userChange(id))
  const watch = b.records.watch('user')[Symbol.asyncIterator]()
  await b.pull(a)
  const value = { passwordHash: 'x' }
  await b.write({ op: 'set', kind: 'user', id, group: 'secret', value })
  const { value: told } = await watch.next()
  assert.deepEqual([told?.origin, told?.groups.includes('secret')], ['merge', true])
})

test('a commit that fails loses what came and that it was heard of, and both come again', async () => {
  const [a, b] = await pair()
  const id = testId<'user'>()
  await a.write(userChange(id))
  b.store.failNext('store_full')
  await assert.rejects(b.pull(a), { code: 'store_full' })
  assert.equal(b.records.get('user', id), undefined)
  assert(!b.records.replica.has({ origin: a.records.replica.origin, seq: 1 }))
  await b.pull(a)
  assert(b.records.get('user', id))
})

test('a merge is decided upon what was accepted before it and is not durable yet', async () => {
  const [a, b] = await pair()
  const id = testId<'user'>()
  await a.write(userChange(id))
  await b.pull(a)
  await a.write(rename(id, 'from A'))
  await b.clock.advance(1000)
  const release = b.store.hold()
  const written = b.write(rename(id, 'from B'))
  const pulled = b.pull(a)
  release()
  await Promise.all([written, pulled])
  assert.equal(nameOf(b, id), 'from B')
  await a.pull(b)
  assert.equal(nameOf(a, id), 'from B')
  assert.equal(nameOf(await b.reopened(), id), 'from B')
})

test('what was written after a merge is later than what came, however slow the clock', async () => {
  const [a, b] = await pair()
  const id = testId<'user'>()
  await a.clock.advance(30_000)
  await a.write(userChange(id), rename(id, 'from A'))
  await b.pull(a)
  await b.write(rename(id, 'from B'))
  await a.pull(b)
  assert.equal(nameOf(a, id), 'from B')
})

test('a value of a clock a day ahead waits for its time, is passed on, and gives way to what people write', async () => {
  const [a, b] = await pair()
  const [kept, edited] = [testId<'user'>(), testId<'user'>()]
  await a.write(userChange(kept), userChange(edited), rename(kept, 'old'), rename(edited, 'old'))
  await b.pull(a)
  await a.clock.advance(86_400_000)
  await a.write(rename(kept, 'tomorrow'), rename(edited, 'tomorrow'))
  await b.pull(a)
  assert.deepEqual([nameOf(b, kept), nameOf(b, edited)], ['old', 'old'])
  assert.deepEqual(b.records.replica.fingerprints.root, a.records.replica.fingerprints.root)
  const c = await new Side().open()
  await c.pull(await b.reopened())
  assert.deepEqual(c.records.replica.fingerprints.root, a.records.replica.fingerprints.root)
  await b.write(rename(edited, 'now'))
  await b.clock.advance(86_400_000)
  await b.records.replica.tend(Number.POSITIVE_INFINITY)
  assert.deepEqual([nameOf(b, kept), nameOf(b, edited)], ['tomorrow', 'now'])
  await a.pull(b)
  assert.equal(nameOf(a, edited), 'now')
  assert.equal(nameOf(await b.reopened(), kept), 'tomorrow')
})

test('a clock that was a day ahead and was put right stamps what others take at once, also over its own values of before', async () => {
  const [a, b] = await pair()
  const [fresh, over] = [testId<'user'>(), testId<'user'>()]
  await a.write(userChange(fresh), userChange(over), rename(over, 'old'))
  await b.pull(a)
  await a.clock.advance(86_400_000)
  await a.write(rename(over, 'of tomorrow'))
  await b.pull(a)
  assert.equal(nameOf(b, over), 'old')
  const mended = await a.reopened()
  await mended.write(rename(fresh, 'now'), rename(over, 'now'))
  assert.deepEqual([nameOf(mended, fresh), nameOf(mended, over)], ['now', 'now'])
  await b.pull(mended)
  assert.deepEqual([nameOf(b, fresh), nameOf(b, over)], ['now', 'now'])
  await b.write(rename(over, 'later'))
  await mended.pull(b)
  assert.equal(nameOf(mended, over), 'later')
})

test('kinds, groups and values that are not understood are passed on byte for byte', async () => {
  const [a, b] = await pair()
  const origin = 'ffeeddccbbaa0099'
  const birth = { origin, seq: 1 }
  const version = { epoch: 0, hlc: 77n, origin, seq: 1 }
  const group = (name: string, body: string) => ({ name, body, unknown: undefined, version })
  const rows = [
    { kind: 'gadget', id: 'g', birth, groups: [group('x', '{ "odd":  [1] }')] },
    { kind: 'user', id: testId<'user'>(), birth, groups: [group('profile', '{"username":7}')] },
    { kind: 'setting', id: testId<'setting'>(), birth, groups: [group('newer', '{"a" : 1}')] },
  ]
  const spans = [{ origin, low: 1, high: 1 }]
  await a.records.replica.merge({ ...none, rows, spans })
  assert.deepEqual(a.records.list('user'), [])
  await b.pull(await a.reopened())
  const { rows: out } = await b.records.replica.collect(spans, MAX_BYTES)
  const byId = (x: { id: string }, y: { id: string }) => x.id.localeCompare(y.id)
  assert.deepEqual(out.toSorted(byId), rows.toSorted(byId))
  const whole = await b.records.replica.reconcile(
    a.records.replica.fingerprints.all().map(({ bucket }) => bucket),
  )
  assert.deepEqual(whole.rows.toSorted(byId), rows.toSorted(byId))
})

test('what was deleted stays deleted after its tombstone was purged, and a floor says so', async () => {
  const [a, b] = await pair()
  const id = testId<'user'>()
  await a.write(userChange(id))
  await b.pull(a)
  await a.write({ op: 'delete', kind: 'user', id })
  await a.clock.advance(10)
  await a.records.replica.tend(1)
  assert.deepEqual(a.records.replica.floors(), [{ origin: a.records.replica.origin, seq: 2 }])
  await a.pull(b)
  assert.equal(a.records.get('user', id), undefined)
  const again = await a.reopened()
  assert.deepEqual(again.records.replica.floors(), a.records.replica.floors())
  const all = a.records.replica.fingerprints.all().concat(b.records.replica.fingerprints.all())
  await b.records.replica.merge(await a.records.replica.reconcile(all.map(({ bucket }) => bucket)))
  assert.equal(b.records.get('user', id), undefined)
})

test('two who took one name while apart: the earlier holds it everywhere, and the later can give it up', async () => {
  const [a, b] = await pair()
  const [first, second] = [testId<'user'>(), testId<'user'>()]
  await a.write(userChange(first), { op: 'claim', claim: 'user:ann', holder: first })
  await b.clock.advance(5)
  await b.write(userChange(second), { op: 'claim', claim: 'user:ann', holder: second })
  await a.pull(b)
  await b.pull(a)
  assert.deepEqual([a.records.holder('user:ann'), b.records.holder('user:ann')], [first, first])
  await a.write({ op: 'release', claim: 'user:ann', holder: second })
  await b.pull(a)
  assert.equal((await b.reopened()).records.holder('user:ann'), first)
  assert.deepEqual(a.records.replica.fingerprints.root, b.records.replica.fingerprints.root)
})

test('whatever happens, those that have heard the same hold the same, in memory and on disk', async () => {
  const ids = Array.from({ length: 3 }, () => testId<'user'>())
  const step = fc.record({
    at: fc.nat(2),
    other: fc.nat(2),
    id: fc.constantFrom(...ids),
    what: fc.constantFrom(
      'create',
      'rename',
      'delete',
      'claim',
      'release',
      'pull',
      'fail',
      'purge',
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const sides = [await new Side().open(), await new Side().open(), await new Side().open()]
      for (const { at, other, id, what } of steps) {
        const [one, two] = [sides[at], sides[other]]
        assert(one && two)
        await one.clock.advance(1 + at)
        if (what === 'fail') one.store.failNext('store_failed')
        const done = act(one, two, id, what)
        await done.catch(() => undefined)
      }
      for (const side of sides) side.store.failNext(undefined)
      for (let round = 0; round < 2; round++) {
        for (const one of sides) for (const two of sides) await one.pull(two)
      }
      const found = await Promise.all(sides.map((side) => side.reopened()))
      const all = [...sides, ...found].map(({ records }) => ({
        fingerprint: records.replica.fingerprints.root,
        users: records
          .list('user')
          .map(known)
          .toSorted((x, y) => x.id.localeCompare(y.id)),
        holder: records.holder('user:ann'),
      }))
      for (const one of all) assert.deepEqual(one, all[0])
    }),
    { numRuns: amount({ usual: 25, whole: 60 }) },
  )
})

/** A row without what one database alone knows: which conflicts it has settled. */
const known = ({ id, birth, groups, versions }: Row<'user'>) => ({ id, birth, groups, versions })

let renamed = 0

async function act(
  one: Side,
  two: Side,
  id: ReturnType<typeof testId<'user'>>,
  what: string,
): Promise<void> {
  if (what === 'create') await one.write(userChange(id))
  if (what === 'rename') await one.write(rename(id, `${++renamed}`))
  if (what === 'delete') await one.write({ op: 'delete', kind: 'user', id })
  if (what === 'claim') await one.write({ op: 'claim', claim: 'user:ann', holder: id })
  if (what === 'release') await one.write({ op: 'release', claim: 'user:ann', holder: id })
  if (what === 'pull') await one.pull(two)
  if (what === 'purge') await one.records.replica.tend(Number.POSITIVE_INFINITY)
}
