import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Context } from './context.ts'
import { floorsOf, isBelowFloor, isPurgeable } from './purge.ts'

const [A, B] = ['a'.repeat(16), 'b'.repeat(16)]
const tombstone = {
  kind: 'space',
  id: 'x',
  birth: { origin: A, seq: 3 },
  dots: [
    { origin: A, seq: 9 },
    { origin: B, seq: 4 },
  ],
  atMs: 1000,
}
const all = [
  { origin: A, low: 1, high: 9 },
  { origin: B, low: 4, high: 4 },
]

test('a tombstone is purged when it is old and everything about it was heard of', () => {
  assert.ok(isPurgeable(tombstone, Context.of(all), 3000, 2000))
  assert.ok(!isPurgeable(tombstone, Context.of(all), 2999, 2000))
  for (const { origin, seq } of [tombstone.birth, ...tombstone.dots]) {
    const others = all.flatMap((span) =>
      span.origin === origin
        ? [
            { ...span, high: seq - 1 },
            { ...span, low: seq + 1 },
          ]
        : [span],
    )
    assert.ok(!isPurgeable(tombstone, Context.of(others), 9000, 2000))
  }
})

test('a purge leaves a floor at the last deletion of each origin', () => {
  const more = { ...tombstone, dots: [{ origin: A, seq: 5 }] }
  const floors = floorsOf([tombstone, more])
  assert.deepEqual(floors, [
    { origin: A, seq: 9 },
    { origin: B, seq: 4 },
  ])
  assert.ok(isBelowFloor([{ origin: A, low: 9, high: 20 }], floors))
  assert.ok(!isBelowFloor([{ origin: A, low: 10, high: 20 }], floors))
  assert.ok(!isBelowFloor([{ origin: 'c'.repeat(16), low: 1, high: 1 }], floors))
})
