import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STALL_MS } from './limits.ts'
import { WatchTime } from './watch-time.ts'

test('time passes as it does while the machine wakes when it wanted to', () => {
  const time = new WatchTime()
  assert.deepEqual(time.arrive(1000), { nowMs: 1000, stalledMs: 0 })
  assert.equal(time.wakeAt(1000, 1200), 1200)
  assert.deepEqual(time.arrive(1200 + STALL_MS), { nowMs: 1200 + STALL_MS, stalledMs: 0 })
})

test('time that the machine slept through is not counted, now or later', () => {
  const time = new WatchTime()
  time.arrive(1000)
  time.wakeAt(1000, 1200)
  assert.deepEqual(time.arrive(31_200), { nowMs: 1200, stalledMs: 30_000 })
  assert.equal(time.wakeAt(1200, 1400), 31_400)
  assert.deepEqual(time.arrive(31_400), { nowMs: 1400, stalledMs: 0 })
})

test('to wake for what has just become overdue is not to have stood still', () => {
  const time = new WatchTime()
  time.arrive(10_000)
  assert.equal(time.wakeAt(10_000, 4000), 10_000)
  assert.deepEqual(time.arrive(10_001), { nowMs: 10_001, stalledMs: 0 })
})
