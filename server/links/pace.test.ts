import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { Pace } from './pace.ts'

const standing = new AbortController().signal

test('as many as may be taken in a second are taken at once, and the next waits for the next second', async () => {
  const clock = new TestClock()
  const pace = new Pace(3, clock)
  let taken = 0
  const take = async () => {
    for (let i = 0; i < 7; i++) {
      await pace.next(standing)
      taken++
    }
  }
  const done = take()
  await clock.advance(999)
  assert.equal(taken, 3)
  await clock.advance(1)
  assert.equal(taken, 6)
  await clock.advance(1000)
  assert.equal(taken, 7)
  await done
})

test('seconds in which nothing was said are not saved up', async () => {
  const clock = new TestClock()
  const pace = new Pace(2, clock)
  await clock.advance(10_000)
  await pace.next(standing)
  await pace.next(standing)
  const third = pace.next(standing)
  assert.equal(clock.waiting, 1)
  await clock.advance(1000)
  await third
})

test('the end of the link ends the waiting', async () => {
  const pace = new Pace(1, new TestClock())
  const ended = new AbortController()
  await pace.next(ended.signal)
  const next = pace.next(ended.signal)
  ended.abort(new Error('the link ended'))
  await assert.rejects(next, /the link ended/)
})
