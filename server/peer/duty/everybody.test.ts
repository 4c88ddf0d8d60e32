import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../../tests/support/clock.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { Everybody } from './everybody.ts'

function house() {
  const clock = new TestClock()
  const calls: string[] = []
  const note = (call: string) => () => void calls.push(call)
  const gone = Promise.withResolvers<void>()
  const links = {
    drain: async () => {
      calls.push('agents')
      await gone.promise
    },
    undrain: note('agents back'),
    endGone: note('links end'),
    size: 3,
  }
  const http = {
    announceDrain: note('not ready'),
    drain: note('pages'),
    undrain: note('pages back'),
    sockets: 4,
  }
  return {
    everybody: new Everybody({ links, http, clock, patienceMs: 10_000 }),
    calls,
    gone,
    clock,
  }
}

const within = (what: string) => ({ what, timeoutMs: 5000 })

test('agents go before people, and what runs through their links is given its time', async () => {
  const { everybody, calls, gone, clock } = house()
  assert.equal(everybody.left, 7)
  everybody.drain()
  assert.deepEqual(calls, ['not ready', 'agents'])
  gone.resolve()
  await eventually(() => calls.length === 3, within('the pages'))
  await eventually(() => clock.advance(10_000).then(() => calls.length === 4), within('the end'))
  assert.deepEqual(calls, ['not ready', 'agents', 'pages', 'links end'])
})

test('whoever is called back while the agents go sends nobody after them', async () => {
  const { everybody, calls, gone } = house()
  everybody.drain()
  everybody.undrain()
  gone.resolve()
  await gone.promise
  await Promise.resolve()
  assert.deepEqual(calls, ['not ready', 'agents', 'agents back', 'pages back'])
})
