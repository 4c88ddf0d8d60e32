import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tick } from '../../records/hlc.ts'
import { absorb, epochOver, isFarAhead, MAX_AHEAD_MS, tickOver } from './clock.ts'

const NOW_MS = 1_800_000_000_000
const versionAt = (ms: number, epoch = 0) => ({
  ...{ epoch, hlc: tick(0n, ms) },
  ...{ origin: 'a'.repeat(16), seq: 1 },
})

test('a write after seeing another is stamped later, though the clock is behind', () => {
  const seen = versionAt(NOW_MS + 30_000)
  const hlc = absorb(0n, seen, NOW_MS)
  assert.ok(tick(hlc, NOW_MS) > seen.hlc)
})

test('one clock that is a day ahead does not carry others with it', () => {
  const seen = versionAt(NOW_MS + 86_400_000)
  assert.ok(isFarAhead(seen, NOW_MS))
  assert.equal(absorb(7n, seen, NOW_MS), 7n)
})

test('a value of a far future is written over under the next epoch, and one of the present under the same', () => {
  assert.equal(epochOver(versionAt(NOW_MS + MAX_AHEAD_MS + 1000, 3), NOW_MS), 4)
  assert.equal(epochOver(versionAt(NOW_MS + MAX_AHEAD_MS - 1000, 3), NOW_MS), 3)
  assert.equal(epochOver(undefined, NOW_MS), 0)
})

test('a value that has come near since it was put aside is reckoned with when it is written over', () => {
  const held = versionAt(NOW_MS + 100_000)
  const hlc = absorb(0n, held, NOW_MS)
  const laterMs = NOW_MS + 50_000
  assert.equal(epochOver(held, laterMs), held.epoch)
  assert.ok(tickOver(hlc, [held], laterMs) > held.hlc)
})
