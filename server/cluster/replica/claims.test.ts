import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Replica } from '../../../tests/sim/data/replica.ts'

const NOW_MS = 1_800_000_000_000

/** Two databases that have both claimed a name, the first of them earlier. */
function apart(): [Replica, Replica] {
  const [a, b] = [new Replica('a'.repeat(16)), new Replica('b'.repeat(16))]
  a.write([{ op: 'claim', claim: 'user:ann', holder: 'first' }], NOW_MS)
  b.write([{ op: 'claim', claim: 'user:ann', holder: 'second' }], NOW_MS + 5)
  return [a, b]
}

function hear(to: Replica, from: Replica) {
  return to.merge(from.collect(to.heard.missingFrom(from.heard)), NOW_MS + 100)
}

const release = (replica: Replica, holder: string) =>
  replica.write([{ op: 'release', claim: 'user:ann', holder }], NOW_MS + 200)

test('of two who claimed a name apart the earlier holds it on both sides, and both are told who does not', () => {
  const [a, b] = apart()
  const [atA, atB] = [hear(a, b).joined.displaced, hear(b, a).joined.displaced]
  assert.deepEqual([a.holder('user:ann'), b.holder('user:ann')], ['first', 'first'])
  assert.deepEqual(
    [atA, atB].flat().map(({ holder }) => holder),
    ['second', 'second'],
  )
})

test('a name that its holder released before the other heard of it is held by the same one everywhere', () => {
  const [a, b] = apart()
  const c = new Replica('c'.repeat(16))
  hear(c, a)
  hear(c, b)
  release(a, 'first')
  // B never sees the earlier claim, C has seen both: they must come to the same all the same.
  for (const replica of [b, c]) hear(replica, a)
  hear(a, b)
  hear(b, c)
  hear(c, b)
  for (const replica of [a, b, c]) assert.equal(replica.holder('user:ann'), 'second')
  assert.deepEqual(a.prints.root, c.prints.root)
})

test('a displaced claim that was released does not come back when the name becomes free', () => {
  const [a, b] = apart()
  hear(a, b)
  release(a, 'second')
  release(a, 'first')
  hear(b, a)
  assert.deepEqual([a.holder('user:ann'), b.holder('user:ann')], [undefined, undefined])
})

test('one who claimed a name twice, by a request that was repeated elsewhere, is not displaced by itself', () => {
  const [a, b] = [new Replica('a'.repeat(16)), new Replica('b'.repeat(16))]
  a.write([{ op: 'claim', claim: 'user:ann', holder: 'first' }], NOW_MS)
  b.write([{ op: 'claim', claim: 'user:ann', holder: 'first' }], NOW_MS + 5)
  assert.deepEqual(hear(a, b).joined.displaced, [])
  release(a, 'first')
  hear(b, a)
  assert.equal(b.holder('user:ann'), undefined)
})
