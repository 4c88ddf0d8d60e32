import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AllFailed, race } from './race.ts'

/** Attempts that a test settles by address. */
function attempts() {
  const made = new Map<string, PromiseWithResolvers<string>>()
  const signals = new Map<string, AbortSignal>()
  const attempt = (address: string, signal: AbortSignal) => {
    const settled = Promise.withResolvers<string>()
    made.set(address, settled)
    signals.set(address, signal)
    return settled.promise
  }
  const of = (address: string) => made.get(address) ?? assert.fail(`${address} was not tried`)
  return { attempt, of, signals }
}

const never = () => assert.fail('nothing was late')

test('all addresses are tried at once, and the first that is reached wins', async () => {
  const { attempt, of, signals } = attempts()
  const running = race(['a', 'b', 'c'], attempt, never)
  assert.equal(signals.size, 3)
  of('a').reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))
  await new Promise(setImmediate)
  of('b').resolve('link b')
  const won = await running
  assert.equal(won.address, 'b')
  assert.equal(won.value, 'link b')
  assert.deepEqual(won.failed, [
    { address: 'a', reason: 'nothing listens there' },
    { address: 'c', reason: 'slower than the one chosen' },
  ])
  assert.ok(signals.get('c')?.aborted)
})

test('what finishes after the winner is given up, not leaked', async () => {
  const { attempt, of } = attempts()
  const late: string[] = []
  const running = race(['a', 'b'], attempt, (value) => late.push(value))
  of('a').resolve('link a')
  of('b').resolve('link b')
  assert.equal((await running).value, 'link a')
  await new Promise(setImmediate)
  assert.deepEqual(late, ['link b'])
})

test('when none is reached, each says why', async () => {
  const { attempt, of } = attempts()
  const running = race(['a', 'b'], attempt, never)
  of('a').reject(new Error('one'))
  of('b').reject('two')
  await assert.rejects(running, (error) => {
    assert.ok(error instanceof AllFailed)
    assert.deepEqual(error.failed, [
      { address: 'a', reason: 'one' },
      { address: 'b', reason: 'two' },
    ])
    return true
  })
})

test('an attempt that throws at once is one that failed', async () => {
  const attempt = (address: string) => {
    if (address === 'not an address') throw new Error('Invalid URL')
    return Promise.resolve('link')
  }
  const won = await race(['not an address', 'b'], attempt, never)
  assert.deepEqual(won.failed, [{ address: 'not an address', reason: 'Invalid URL' }])
})

test('a reason is never longer than a report may carry', async () => {
  const attempt = () => Promise.reject(new Error('x'.repeat(10_000)))
  await assert.rejects(race(['a'], attempt, never), (error) => {
    assert.ok(error instanceof AllFailed)
    assert.ok((error.failed[0]?.reason.length ?? Infinity) <= 500)
    return true
  })
})

test('without addresses it fails and says so', async () => {
  await assert.rejects(
    race([], () => Promise.resolve(1), never),
    /no address/,
  )
})
