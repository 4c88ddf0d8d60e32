import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKETS, bucketOf } from '../cluster/replica/fingerprint.ts'
import { Buckets } from './buckets.ts'

const KIND = 'space'

function heldBy(count: number) {
  const held = new Set(Array.from({ length: count }, (_, i) => `id-${i}`))
  return { held, ids: { all: () => held.keys(), has: (id: string) => held.has(id) } }
}

const inAll = (buckets: Buckets, ids: ReturnType<typeof heldBy>['ids']): string[] =>
  Array.from({ length: BUCKETS }, (_, number) => [...buckets.ids({ kind: KIND, number }, ids)])
    .flat()
    .toSorted()

test('every id is in its bucket', () => {
  const { held, ids } = heldBy(1000)
  const buckets = new Buckets()
  assert.deepEqual(inAll(buckets, ids), [...held].toSorted())
  const number = bucketOf('id-7')
  assert.ok(buckets.ids({ kind: KIND, number }, ids).has('id-7'))
  assert.equal(buckets.ids({ kind: 'user', number }, heldBy(0).ids).size, 0)
})

test('what comes and goes while buckets are filled in turns is in them, or not, as it is', async () => {
  const { held, ids } = heldBy(10_000)
  const buckets = new Buckets()
  const prepared = buckets.prepare(KIND, ids)
  const twice = buckets.prepare(KIND, ids)
  for (const id of ['id-0', 'id-5000', 'id-9999']) {
    held.delete(id)
    buckets.remove(KIND, id)
  }
  held.add('new')
  buckets.add(KIND, 'new')
  await Promise.all([prepared, twice])
  assert.deepEqual(inAll(buckets, ids), [...held].toSorted())
})

test('others have their turn while buckets are filled', async () => {
  const { ids } = heldBy(20_000)
  let turns = 0
  const count = () => {
    turns++
    counting = setImmediate(count)
  }
  let counting = setImmediate(count)
  await new Buckets().prepare(KIND, ids)
  clearImmediate(counting)
  assert.ok(turns >= 5, `${turns} turns`)
})
