import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isIn,
  joinMarks,
  keysIn,
  MAX_MARKS,
  type Marks,
  marked,
  markedExactly,
  markOf,
  unmarked,
} from './marks.ts'

const order = ['viewer', 'user', 'manager']
const anyMarks = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.record({ n: fc.nat(6), as: fc.constantFrom(...order) }, { noNullPrototype: true }),
  { noNullPrototype: true },
)
const join = (a: Marks, b: Marks) => joinMarks(a, b, order)

test('a join is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(anyMarks, anyMarks, anyMarks, (a, b, c) => {
      assert.deepEqual(join(a, b), join(b, a))
      assert.deepEqual(join(join(a, b), c), join(a, join(b, c)))
      assert.deepEqual(join(a, a), a)
    }),
  )
})

test('a removal wins over whatever did not know of it, and other additions are kept', () => {
  const both = marked(marked({}, 'ann'), 'bob')
  const removed = unmarked(both, 'bob')
  const added = marked(both, 'eve')
  assert.deepEqual(keysIn(join(removed, added)).toSorted(), ['ann', 'eve'])
  assert.equal(isIn(join(removed, marked(removed, 'bob')), 'bob'), true, 'who has seen it')
})

test('of two levels that did not know of each other the lesser holds', () => {
  const before = marked({}, 'ann', 'user')
  const [up, down] = [marked(before, 'ann', 'manager'), marked(before, 'ann', 'viewer')]
  assert.equal(markOf(join(up, down), 'ann')?.as, 'viewer')
})

test('a list is made exact by changes of what was there', () => {
  const before = markedExactly(undefined, ['a', 'b'])
  const after = markedExactly(before, ['b', 'c'])
  assert.deepEqual(keysIn(after).toSorted(), ['b', 'c'])
  assert.equal(isIn(join(before, after), 'a'), false)
})

test('keys of objects are no members', () => {
  assert.equal(isIn({}, 'constructor'), false)
  assert.equal(isIn(undefined, 'a'), false)
})

test('those who left are forgotten before a list grows without end', () => {
  let marks: Marks = {}
  for (let i = 0; i < MAX_MARKS * 2; i++) marks = unmarked(marked(marks, `k${i}`), `k${i}`)
  assert.ok(Object.keys(marks).length <= MAX_MARKS + 1)
})
