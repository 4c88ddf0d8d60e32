import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { TestClock } from '../../tests/support/clock.ts'
import type { LiveNews } from './message.ts'
import { createLive, MAX_KEYS_PER_TOPIC } from './table.ts'

const usage = (at: number) => ({ at, cpuPercent: 1, memoryBytes: 1 })

test('a published value is there until its time is over', async () => {
  const clock = new TestClock()
  const live = createLive({ clock })
  live.publish('terminals', 'a', { count: 1, at: 1 }, 1000)
  assert.deepEqual(live.get('terminals', 'a'), { count: 1, at: 1 })
  await clock.advance(999)
  assert.equal(live.entries('terminals').size, 1)
  await clock.advance(1)
  assert.equal(live.get('terminals', 'a'), undefined)
  assert.equal(live.entries('terminals').size, 0)
})

test('a value that is published again lives on', async () => {
  const clock = new TestClock()
  const live = createLive({ clock })
  live.publish('usage', 'a', usage(1), 1000)
  await clock.advance(900)
  live.publish('usage', 'a', usage(2), 1000)
  await clock.advance(900)
  assert.deepEqual(live.get('usage', 'a'), usage(2))
  await clock.advance(100)
  assert.equal(live.get('usage', 'a'), undefined)
})

test('a short life published after a long one ends in time', async () => {
  const clock = new TestClock()
  const live = createLive({ clock })
  live.publish('usage', 'long', usage(1), 60_000)
  live.publish('usage', 'short', usage(1), 10)
  await clock.advance(10)
  assert.deepEqual([...live.entries('usage').keys()], ['long'])
  assert.equal(clock.waiting, 1)
})

test('a watcher that reads late gets the newest value of each key once', async () => {
  const live = createLive({ clock: new TestClock() })
  const watch = live.watch('usage')[Symbol.asyncIterator]()
  live.publish('usage', 'a', usage(1), 1000)
  live.publish('usage', 'b', usage(2), 1000)
  live.publish('usage', 'a', usage(3), 1000)
  assert.deepEqual((await watch.next()).value, { key: 'a', value: usage(3) })
  assert.deepEqual((await watch.next()).value, { key: 'b', value: usage(2) })
})

test('a watcher hears that a value was withdrawn or has expired', async () => {
  const clock = new TestClock()
  const live = createLive({ clock })
  live.publish('usage', 'a', usage(1), 1000)
  live.publish('usage', 'b', usage(1), 1000)
  const watch = live.watch('usage')[Symbol.asyncIterator]()
  live.withdraw('usage', 'a')
  live.withdraw('usage', 'never there')
  assert.deepEqual((await watch.next()).value, { key: 'a' })
  await clock.advance(1000)
  assert.deepEqual((await watch.next()).value, { key: 'b' })
})

test('a watch ends when its signal aborts, also while it waits', async () => {
  const live = createLive({ clock: new TestClock() })
  const stop = new AbortController()
  const watch = live.watch('usage', { signal: stop.signal })[Symbol.asyncIterator]()
  const waiting = watch.next()
  stop.abort()
  assert.equal((await waiting).done, true)
  assert.equal((await watch.next()).done, true)
})

test('closing ends every watch and leaves no timer', async () => {
  const clock = new TestClock()
  const live = createLive({ clock })
  live.publish('usage', 'a', usage(1), 1000)
  const watch = live.watch('usage')[Symbol.asyncIterator]()
  const waiting = watch.next()
  live.close()
  assert.equal((await waiting).done, true)
  assert.equal(clock.waiting, 0)
  assert.throws(() => live.watch('usage'), { code: 'unavailable' })
})

test('a topic takes no more keys than its limit, and goes on for those it has', () => {
  const live = createLive({ clock: new TestClock() })
  for (let i = 0; i < MAX_KEYS_PER_TOPIC; i++) live.publish('usage', `${i}`, usage(i), 1000)
  assert.throws(() => live.publish('usage', 'one more', usage(0), 1000), { code: 'too_large' })
  live.publish('usage', '0', usage(7), 1000)
  assert.deepEqual(live.get('usage', '0'), usage(7))
  live.close()
})

const other = newId<'peer'>()
const news = (set: LiveNews['set'], more: Partial<LiveNews> = {}): LiveNews => ({
  ...{ type: 'news', number: 1, kept: [], gone: [], isWhole: true },
  ...more,
  set,
})

test('what another peer says is seen, but never as our own', async () => {
  const live = createLive({ clock: new TestClock() })
  const [all, own] = [live.watch('terminals'), live.own.watch('terminals')]
  const [heard, heardOwn] = [all[Symbol.asyncIterator](), own[Symbol.asyncIterator]()]
  live.begin(other, 'run')
  live.take(other, news([['terminals', 'theirs', 1, 1000, 0, 0, { count: 1, at: 1 }]]))
  live.publish('terminals', 'ours', { count: 2, at: 1 }, 1000)
  assert.equal((await heard.next()).value.key, 'theirs')
  assert.equal((await heard.next()).value.key, 'ours')
  assert.equal((await heardOwn.next()).value.key, 'ours')
  assert.deepEqual([...live.entries('terminals').keys()].toSorted(), ['ours', 'theirs'])
  assert.deepEqual([...live.own.entries('terminals').keys()], ['ours'])
  live.drop(other)
  assert.deepEqual((await heard.next()).value, { key: 'theirs' })
  assert.equal(live.get('terminals', 'theirs'), undefined)
})

test('when our word ends another’s is shown again, and the other way round', async () => {
  const clock = new TestClock()
  const live = createLive({ clock })
  live.begin(other, 'run')
  live.take(other, news([['terminals', 'a', 1, 60_000, 1, 0, { count: 1, at: 1 }]]))
  live.publish('terminals', 'a', { count: 2, at: 1 }, 1000, 2)
  assert.equal(live.get('terminals', 'a')?.count, 2)
  const heard = live.watch('terminals')[Symbol.asyncIterator]()
  await clock.advance(1000)
  assert.deepEqual((await heard.next()).value, { key: 'a', value: { count: 1, at: 1 } })
  await clock.advance(59_000)
  live.expireForeign()
  assert.deepEqual((await heard.next()).value, { key: 'a' })
})

test('a key that no other peer would take is refused where it is made', () => {
  const live = createLive({ clock: new TestClock() })
  const publish = (key: string) => live.publish('guesses', key, { count: 1 }, 1000)
  publish('k'.repeat(64))
  assert.throws(() => publish('k'.repeat(65)), { code: 'too_large' })
})
