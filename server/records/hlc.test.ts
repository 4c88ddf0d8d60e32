import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hlcMs, tick } from './hlc.ts'
import type { Version } from './records.ts'
import { compareVersions, latestVersion } from './version.ts'

const wallMs = fc.integer({ min: 0, max: 2 ** 47 })

test('the clock only goes forward, however wall time steps', () => {
  fc.assert(
    fc.property(fc.array(wallMs, { minLength: 1 }), (times) => {
      let last = 0n
      for (const nowMs of times) {
        const next = tick(last, nowMs)
        assert(next > last)
        last = next
      }
    }),
  )
})

test('the clock is never behind wall time, and ahead only by what it had to count', () => {
  fc.assert(
    fc.property(wallMs, wallMs, (before, nowMs) => {
      const next = tick(tick(0n, before), nowMs)
      assert(hlcMs(next) >= nowMs)
      assert.equal(hlcMs(next), Math.max(before, nowMs))
    }),
  )
})

test('a full counter carries into the milliseconds', () => {
  const last = (5n << 16n) | 0xffffn
  assert.equal(tick(last, 5), 6n << 16n)
})

const version: fc.Arbitrary<Version> = fc.record(
  {
    epoch: fc.integer({ min: 0, max: 2 }),
    hlc: fc.bigInt({ min: 0n, max: 3n }),
    origin: fc.constantFrom('a', 'b'),
    seq: fc.integer({ min: 0, max: 3 }),
  },
  { noNullPrototype: true },
)

test('versions are totally ordered, so that every peer keeps the same write', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0)
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
        assert(compareVersions(a, c) <= 0)
      }
      const same =
        a.epoch === b.epoch && a.hlc === b.hlc && a.origin === b.origin && a.seq === b.seq
      assert.equal(compareVersions(a, b) === 0, same)
      assert.deepEqual(latestVersion([a, b, c]), latestVersion([c, b, a]))
    }),
  )
})
