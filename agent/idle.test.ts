import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IDLE_MS, IdleTrim, SETTLE_MS } from './idle.ts'

test('memory is given back once after the start and once after the last stream', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let collected = 0
  const trim = new IdleTrim(() => collected++)
  t.mock.timers.tick(SETTLE_MS)
  assert.equal(collected, 1)
  const [first, second] = [trim.busy(), trim.busy()]
  first()
  t.mock.timers.tick(IDLE_MS * 10)
  assert.equal(collected, 1)
  second()
  t.mock.timers.tick(IDLE_MS * 10)
  assert.equal(collected, 2)
})

test('nothing is collected while a stream is open', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const trim = new IdleTrim(() => assert.fail('collected'))
  trim.busy()
  t.mock.timers.tick(IDLE_MS * 10)
})
