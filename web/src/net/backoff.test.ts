import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs, LONGEST_WAIT_MS } from './backoff.ts'

test('the first attempt is made at once', () => {
  assert.equal(backoffMs(0, 0.9), 0)
})

test('waits grow and never pass the longest, whatever the dice say', () => {
  assert.equal(backoffMs(1, 0), 25)
  assert.ok(backoffMs(3, 0.5) > backoffMs(2, 0.5))
  for (const random of [0, 0.5, 0.999]) {
    assert.ok(backoffMs(60, random) <= LONGEST_WAIT_MS)
    assert.ok(backoffMs(60, random) >= LONGEST_WAIT_MS / 2)
  }
})
