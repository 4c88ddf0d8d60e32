import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../tests/support/clock.ts'
import { heartbeat, type Pinged } from './heartbeat.ts'

type Answer = Parameters<Pinged['ping']>[0]

/** A session whose answers a test gives, and a clock that it moves. */
function beating() {
  const clock = new TestClock()
  const pings: Answer[] = []
  const trips: number[] = []
  const ended = new AbortController()
  const state = { dead: false, isOver: false }
  const session: Pinged = { ping: (answered) => pings.push(answered) > 0 }
  const options = {
    delay: (ms: number, signal?: AbortSignal) => clock.delay(ms, signal),
    onRoundTrip: (ms: number) => void trips.push(ms),
    onDead: () => {
      state.dead = true
    },
  }
  const done = heartbeat(session, options, ended.signal).then(() => {
    state.isOver = true
  })
  return { clock, pings, trips, ended, state, done }
}

test('an end that answers lives on, and its round trips are told', async () => {
  const { clock, pings, trips, ended, state, done } = beating()
  for (let second = 0; second < 10; second++) {
    pings.at(-1)?.(null, second)
    await clock.advance(1000)
  }
  assert.equal(state.dead, false)
  assert.equal(pings.length, 11)
  assert.deepEqual(trips, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  ended.abort()
  await done
})

test('an end that never answers is dead after three seconds, not before', async () => {
  const { clock, state, done } = beating()
  await clock.advance(2999)
  assert.equal(state.dead, false)
  await clock.advance(1)
  assert.equal(state.dead, true)
  await done
})

test('a late answer is an answer', async () => {
  const { clock, pings, state, ended, done } = beating()
  await clock.advance(2500)
  pings[0]?.(null, 2500)
  await clock.advance(1000)
  assert.equal(state.dead, false)
  await clock.advance(2500)
  assert.equal(state.dead, true)
  ended.abort()
  await done
})

test('a ping that failed is no answer', async () => {
  const { clock, pings, state, done } = beating()
  for (let second = 0; second < 3; second++) {
    pings.at(-1)?.(new Error('cancelled'), 0)
    await clock.advance(1000)
  }
  assert.equal(state.dead, true)
  await done
})

test('the end of the connection ends the beats without a death', async () => {
  const { clock, state, ended, done } = beating()
  await clock.advance(500)
  ended.abort()
  await done
  assert.deepEqual(state, { dead: false, isOver: true })
  assert.equal(clock.waiting, 0)
})

test('a session that throws because it has ended ends the beats', async () => {
  const session: Pinged = {
    ping: () => {
      throw new Error('destroyed')
    },
  }
  const onDead = () => assert.fail('it did not die of silence')
  const delay = () => Promise.resolve()
  await heartbeat(session, { delay, onDead }, new AbortController().signal)
})
