import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LiveTopic, LiveTopics } from './live.ts'
import { MAX_VALUE_BYTES, MESSAGE_BUDGET_BYTES } from './message.ts'
import { Outbox, type Outlet } from './outbox.ts'

const base = { epoch: 0, atMs: 7, endsMs: 1000 }
const terminals = (count: number) => ({ count, at: 1 })

function say<T extends LiveTopic>(outbox: Outbox, topic: T, key: string, value: LiveTopics[T]) {
  outbox.publish({ ...base, topic, key, value })
}

/** All that an outlet has to say now. */
function drain(outlet: Outlet) {
  const all = []
  for (let news = outlet.take(0); news; news = outlet.take(0)) all.push(news)
  return all
}

test('a new line is told everything, and that it was all, even when that is nothing', () => {
  const outbox = new Outbox()
  assert.deepEqual(drain(outbox.open()), [
    { type: 'news', number: 1, set: [], kept: [], gone: [], isWhole: true },
  ])
  say(outbox, 'terminals', 'a', terminals(1))
  const [first, ...more] = drain(outbox.open())
  assert.deepEqual(first?.set, [['terminals', 'a', 1, 1000, 0, 7, terminals(1)]])
  assert.deepEqual(more, [])
})

test('a key waits once, however often it changes', () => {
  const outbox = new Outbox()
  const outlet = outbox.open()
  drain(outlet)
  for (let count = 1; count <= 100; count++) say(outbox, 'terminals', 'a', terminals(count))
  say(outbox, 'terminals', 'b', terminals(1))
  outbox.withdraw('terminals', 'b')
  const [news] = drain(outlet)
  assert.deepEqual(
    news?.set.map(([, key, , , , , value]) => [key, value]),
    [['a', terminals(100)]],
  )
  assert.deepEqual(news?.gone, [])
})

test('a value that is the same is confirmed by its number, one that the line never had is told', () => {
  const outbox = new Outbox()
  const outlet = outbox.open()
  say(outbox, 'terminals', 'a', terminals(1))
  drain(outlet)
  say(outbox, 'terminals', 'a', terminals(1))
  const late = outbox.open()
  assert.deepEqual(drain(outlet)[0]?.kept, [[1, 1000]])
  say(outbox, 'terminals', 'a', terminals(1))
  assert.equal(drain(late)[0]?.set.length, 1)
})

test('a round trip that was measured anew is no news', () => {
  const outbox = new Outbox()
  const outlet = outbox.open()
  const agent = { linkedAt: 1, route: 'r', failed: [], version: '1', run: 'run' }
  say(outbox, 'agent', 'a', { ...agent, roundTripMs: 1 })
  drain(outlet)
  say(outbox, 'agent', 'a', { ...agent, roundTripMs: 2 })
  assert.deepEqual(drain(outlet)[0]?.set, [])
  say(outbox, 'agent', 'a', { ...agent, run: 'another', roundTripMs: 2 })
  assert.equal(drain(outlet)[0]?.set.length, 1)
})

test('what is this peer’s own view goes to nobody, samples to those who asked', () => {
  const outbox = new Outbox()
  const outlet = outbox.open()
  const sample = { at: 1, cpuPercent: 1, memoryBytes: 1 }
  say(outbox, 'peer', 'p', { state: 'dead' })
  say(outbox, 'usage', 'a', sample)
  assert.deepEqual(drain(outlet)[0]?.set, [])
  outlet.want(['a'])
  assert.equal(drain(outlet)[0]?.set.length, 1)
  outlet.want(['a'])
  assert.deepEqual(drain(outlet), [])
  outbox.withdraw('usage', 'a')
  assert.deepEqual(drain(outlet)[0]?.gone, [['usage', 'a']])
})

test('a long list goes out in pieces, and only the last says that it was all', () => {
  const outbox = new Outbox()
  const tail = Array(50).fill('x'.repeat(1000))
  for (let i = 0; i < 20; i++) say(outbox, 'startup', `${i}`, { state: 'running', tail })
  const all = drain(outbox.open())
  assert.ok(all.length > 5)
  const budget = MESSAGE_BUDGET_BYTES + MAX_VALUE_BYTES
  assert.ok(all.every((news) => JSON.stringify(news).length < budget))
  assert.deepEqual(all.map(({ isWhole }) => isWhole).indexOf(true), all.length - 1)
  assert.deepEqual(
    all.map(({ number }) => number),
    all.map((_, i) => i + 1),
  )
})

test('a value that is too large for others is not told, and what stood in its place is taken back', () => {
  const outbox = new Outbox()
  const outlet = outbox.open()
  say(outbox, 'progress', 'a', { spaceId: 's', done: 1, unit: 'steps' })
  drain(outlet)
  const log = ['x'.repeat(MAX_VALUE_BYTES)]
  say(outbox, 'progress', 'a', { spaceId: 's', done: 2, unit: 'steps', log })
  assert.deepEqual(drain(outlet)[0]?.gone, [['progress', 'a']])
  assert.equal(outbox.untold, 1)
})

test('a line that is gone keeps nothing', () => {
  const outbox = new Outbox()
  const outlet = outbox.open()
  drain(outlet)
  outlet.close()
  let told = 0
  outbox.onPending = () => told++
  say(outbox, 'terminals', 'a', terminals(1))
  assert.equal(told, 0)
  assert.deepEqual(drain(outlet), [])
})
