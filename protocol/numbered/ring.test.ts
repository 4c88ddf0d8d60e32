import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OutRing } from './ring.ts'

test('a ring keeps the newest bytes under their numbers, whatever is written and trimmed', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.nat({ max: 70_000 }) },
    { weight: 1, arbitrary: fc.constant('trim' as const) },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.array(step), (capacity, steps) => {
      const ring = new OutRing(capacity)
      let end = 0
      for (const size of steps) {
        if (size === 'trim') {
          ring.trim(0)
        } else {
          ring.append(Uint8Array.from({ length: size }, (_, index) => (end + index) % 251))
          end += size
        }
        assert.equal(ring.end, end)
        assert.ok(ring.end - ring.start <= capacity && ring.allocatedBytes <= capacity)
        const kept = ring.read(ring.start, ring.end)
        assert.equal(
          kept.findIndex((byte, index) => byte !== (ring.start + index) % 251),
          -1,
        )
      }
    }),
    { numRuns: 60 },
  )
})

test('a ring takes memory only as output comes and gives it back when trimmed', () => {
  const ring = new OutRing(1024 * 1024)
  assert.equal(ring.allocatedBytes, 16 * 1024)
  ring.append(new Uint8Array(300_000))
  assert.equal(ring.allocatedBytes, 512 * 1024)
  assert.equal(ring.start, 0)
  ring.trim(0)
  assert.equal(ring.allocatedBytes, 16 * 1024)
  assert.equal(ring.start, 300_000 - 16 * 1024)
})

test('what a ring no longer holds cannot be read', () => {
  const ring = new OutRing(10)
  ring.append(new Uint8Array(25))
  assert.equal(ring.holds(14), false)
  assert.equal(ring.holds(15), true)
  assert.equal(ring.holds(26), false)
  assert.throws(() => ring.read(14, 20), RangeError)
  assert.deepEqual(ring.views(25, 25), [])
})
