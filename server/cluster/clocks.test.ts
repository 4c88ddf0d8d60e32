import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clocksOff } from './clocks.ts'

const DAY_MS = 24 * 3_600_000

test('the one clock of three that is a day ahead is the wrong one, whoever looks', () => {
  const seenByRight = clocksOff(
    'a',
    new Map([
      ['b', DAY_MS],
      ['c', 4],
    ]),
  )
  assert.deepEqual([...seenByRight], [['b', { aheadMs: DAY_MS - 4, among: 3 }]])
  const seenByWrong = clocksOff(
    'b',
    new Map([
      ['a', -DAY_MS],
      ['c', 4 - DAY_MS],
    ]),
  )
  assert.deepEqual([...seenByWrong.keys()], ['b'])
})

test('of two clocks one’s own is taken for right, and the number says that nobody can tell', () => {
  assert.deepEqual(
    [...clocksOff('a', new Map([['b', -DAY_MS]]))],
    [['b', { aheadMs: -DAY_MS, among: 2 }]],
  )
})

test('clocks that differ by seconds are not told', () => {
  assert.equal(
    clocksOff(
      'a',
      new Map([
        ['b', 20_000],
        ['c', -3],
      ]),
    ).size,
    0,
  )
  assert.equal(clocksOff('a', new Map()).size, 0)
})
