import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { Refusals } from './refusals.ts'

test('a flood of refused links is a line now and one in a while, with their number', async () => {
  const clock = new TestClock()
  const lines: object[] = []
  const refusals = new Refusals(clock, (line) => lines.push(line))
  for (let i = 0; i < 1000; i++) refusals.add('garbage')
  assert.deepEqual(lines, [{ reason: 'garbage', others: 0 }])
  await clock.advance(10_000)
  refusals.add('an old key')
  assert.deepEqual(lines[1], { reason: 'an old key', others: 999 })
})
