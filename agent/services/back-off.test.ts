import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextDelayMs, STEADY_MS } from './back-off.ts'

test('the delay doubles from one second to one minute', () => {
  const delays = [0]
  for (let i = 0; i < 8; i++) delays.push(nextDelayMs(delays.at(-1) ?? 0, 5))
  assert.deepEqual(delays.slice(1), [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
})

test('a run of a minute begins the delays anew', () => {
  assert.equal(nextDelayMs(60_000, STEADY_MS), 1000)
  assert.equal(nextDelayMs(8000, STEADY_MS - 1), 16_000)
})
