import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { pauseMs } from './back-off.ts'
import { type RaceOptions, race } from './race.ts'

const never = (_: string, signal: AbortSignal) =>
  new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

function start(attempt: RaceOptions<string>['attempt'], addresses: readonly string[]) {
  const clock = new TestClock()
  const discarded: string[] = []
  const reported: unknown[] = []
  const stop = new AbortController()
  const won = race({
    addresses,
    attempt,
    discard: (late) => discarded.push(late),
    clock,
    chance: () => 0.5,
    onAllFailed: (failed) => reported.push(failed),
    signal: stop.signal,
  })
  return { clock, discarded, reported, stop, won }
}

test('the first that completes wins, and the others are told to stop', async () => {
  const stopped: string[] = []
  const { won } = start(
    async (address, signal) => {
      if (address === 'b') return 'socket'
      signal.addEventListener('abort', () => stopped.push(address))
      return await never(address, signal)
    },
    ['a', 'b', 'c'],
  )
  assert.deepEqual(await won, { address: 'b', value: 'socket', failed: [] })
  assert.deepEqual(stopped, ['a', 'c'])
})

test('an address that never answers does not keep another from being tried again', async () => {
  let attempts = 0
  const { won, clock } = start(
    async (address, signal) => {
      if (address === 'silent') return await never(address, signal)
      if (++attempts < 5) throw new Error('refused')
      return 'socket'
    },
    ['silent', 'restarting'],
  )
  await clock.advance(0)
  await clock.advance(1000)
  assert.deepEqual(await won, { address: 'restarting', value: 'socket', failed: [] })
  assert.equal(attempts, 5)
})

test('why others failed is told, and that all did is told once', async () => {
  let isBack = false
  const { won, clock, reported } = start(
    async (address) => {
      if (address === 'b' && isBack) return 'socket'
      throw new Error(`no ${address}`)
    },
    ['a', 'b'],
  )
  await clock.advance(3000)
  const all = [
    { address: 'a', reason: 'no a' },
    { address: 'b', reason: 'no b' },
  ]
  assert.deepEqual(reported, [all])
  isBack = true
  await clock.advance(1000)
  assert.deepEqual((await won).failed, all.slice(0, 1))
})

test('an attempt that throws at once is one that failed', async () => {
  const attempt = (address: string) => {
    if (address === 'not an address') throw new Error('Invalid URL')
    return Promise.resolve('link')
  }
  const { won } = start(attempt, ['not an address', 'b'])
  assert.deepEqual((await won).failed, [{ address: 'not an address', reason: 'Invalid URL' }])
})

test('a reason is never longer than a report may carry', async () => {
  const { clock, reported } = start(() => Promise.reject(new Error('x'.repeat(10_000))), ['a'])
  await clock.advance(0)
  const [[failed]] = reported as [[{ reason: string }]]
  assert.ok(failed.reason.length <= 500)
})

test('what comes in after the winner is given back', async () => {
  const late = Promise.withResolvers<string>()
  const { won, discarded } = start(
    async (address) => (address === 'late' ? await late.promise : 'first'),
    ['late', 'quick'],
  )
  assert.equal((await won).value, 'first')
  late.resolve('second')
  await new Promise(setImmediate)
  assert.deepEqual(discarded, ['second'])
})

test('a race that is called off ends with the reason', async () => {
  const { won, stop } = start(never, ['a'])
  stop.abort(new Error('the agent is stopping'))
  await assert.rejects(won, /the agent is stopping/)
})

test('the first dial after a loss comes at once, later ones within a second', () => {
  assert.equal(pauseMs(0, 0.9), 0)
  assert.deepEqual(
    [1, 2, 3, 6, 7, 100].map((failures) => pauseMs(failures, 0.9999)).map(Math.round),
    [20, 40, 80, 640, 1000, 1000],
  )
  assert.equal(pauseMs(100, 0), 500)
})
