import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock as clock } from '../clock.ts'
import { lockEngine } from './engine-lock.ts'

const engine = { cluster: `test-${process.pid}`, engineId: 'e' }
const signal = new AbortController().signal
const quiet = { clock, signal, onWait: () => undefined }

test('an engine is driven by one at a time, and by the next when that one ends', async () => {
  const first = await lockEngine(engine, quiet)
  const waiting = Promise.withResolvers<void>()
  const second = lockEngine(engine, { ...quiet, onWait: () => waiting.resolve() })
  await waiting.promise
  await using other = await lockEngine({ ...engine, engineId: 'another' }, quiet)
  assert(other)
  await first[Symbol.asyncDispose]()
  await using held = await second
  assert(held)
})

test('whoever stands by can be told to give up', async () => {
  await using held = await lockEngine(engine, quiet)
  assert(held)
  const stop = new AbortController()
  const onWait = () => stop.abort(new Error('stopping'))
  await assert.rejects(lockEngine(engine, { clock, signal: stop.signal, onWait }), /stopping/)
})
