import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestWait, quantile } from './events.ts'

const event = { name: 'a kill', fromMs: 1000, toMs: 3000 }
const waited = (...pairs: [number, number][]) => ({
  echoes: pairs.map(([typedMs, echoedMs]) => ({ typedMs, echoedMs })),
  waitingSinceMs: undefined,
})

test('who typed before an event has waited for it since it began', () => {
  assert.equal(longestWait(waited([900, 1800], [1500, 1900]), event), 800)
})

test('what was answered before an event, or typed after it, is not its', () => {
  assert.equal(longestWait(waited([0, 900], [3100, 9000]), event), 0)
})

test('a line that was typed in an event and not answered yet has no end', () => {
  const waits = { ...waited([1100, 1200]), waitingSinceMs: 1300 }
  assert.equal(longestWait(waits, event), Number.POSITIVE_INFINITY)
  assert.equal(longestWait({ ...waits, waitingSinceMs: 3500 }, event), 100)
})

test('a share of nothing is nothing', () => {
  assert.deepEqual([quantile([], 0.5), quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 1)], [0, 2, 3])
})
