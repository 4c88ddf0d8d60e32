import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../../tests/support/clock.ts'
import { Doubts, FIRST_DOUBT_MS, LAST_DOUBT_MS } from './doubts.ts'

test('each further failure is remembered for twice as long, up to ten minutes', async () => {
  const clock = new TestClock()
  const doubts = new Doubts(clock)
  for (let forMs = FIRST_DOUBT_MS; forMs < 4 * LAST_DOUBT_MS; forMs *= 2) {
    const thisMs = Math.min(forMs, LAST_DOUBT_MS)
    doubts.add('a')
    doubts.add('a')
    await clock.advance(thisMs - 1)
    assert.equal(doubts.has('a'), true)
    await clock.advance(1)
    assert.equal(doubts.has('a'), false)
  }
  doubts.forget('a')
  doubts.add('a')
  await clock.advance(FIRST_DOUBT_MS)
  assert.equal(doubts.has('a'), false)
})

test('of very many failures the oldest are forgotten', () => {
  const doubts = new Doubts(new TestClock())
  for (let i = 0; i <= 1000; i++) doubts.add(`${i}`)
  assert.equal(doubts.has('0'), false)
  assert.equal(doubts.has('1'), true)
})
