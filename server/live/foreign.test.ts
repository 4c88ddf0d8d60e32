import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, type PeerId } from '#protocol/ids.ts'
import { Foreign, MAX_BYTES_PER_PUBLISHER, MAX_ENTRIES_PER_PUBLISHER } from './foreign.ts'
import { type LiveNews, MAX_VALUE_BYTES } from './message.ts'

const [a, b] = [newId<'peer'>(), newId<'peer'>()].toSorted() as [PeerId, PeerId]
const now = { monotonicMs: 0, wallMs: 1_000_000 }
const terminals = (count: number) => ({ count, at: 1 })
const news = (parts: Partial<LiveNews>): LiveNews => ({
  ...{ type: 'news', number: 1, set: [], kept: [], gone: [], isWhole: true },
  ...parts,
})
type Set = LiveNews['set'][number]
const said = (key: string, count: number, more: { number?: number; epoch?: number; at?: number }) =>
  ['terminals', key, more.number ?? 1, 1000, more.epoch ?? 0, more.at ?? 0, terminals(count)] as Set

/** What is said of a space, by several, each its first word. */
function hear(...words: readonly (readonly [PeerId, Set])[]): Foreign {
  const foreign = new Foreign()
  for (const [peer, set] of words) {
    foreign.begin(peer, 'run')
    foreign.take(peer, news({ set: [set] }), now)
  }
  return foreign
}

test('of two who speak of one thing its later start is right, then the later word, then the peer', () => {
  const winner = (one: Set, other: Set) =>
    hear([a, one], [b, other]).get('terminals', 'space')?.value
  const [first, second] = [terminals(1), terminals(2)]
  const later = said('space', 1, { epoch: 2, at: 1 })
  assert.deepEqual(winner(later, said('space', 2, { epoch: 1, at: 9 })), first)
  assert.deepEqual(winner(said('space', 1, { at: 9 }), said('space', 2, { at: 1 })), first)
  assert.deepEqual(winner(said('space', 1, { at: 9 }), said('space', 2, { at: 9 })), second)
})

test('whoever reaches a host’s engine is right against whoever does not', () => {
  const host = (state: string, at: number): Set => [
    ...(['host', 'h', 1, 1000, 0] as const),
    at,
    { state, advice: [] },
  ]
  const foreign = hear([a, host('ready', 1)], [b, host('unreachable', 9)])
  assert.equal(foreign.get('host', 'h')?.peer, a)
})

test('a clock that runs ahead decides nothing for long', () => {
  const foreign = hear([a, said('space', 1, { at: Number.MAX_SAFE_INTEGER })])
  assert.equal(foreign.get('terminals', 'space')?.atMs, now.wallMs + 60_000)
})

test('what a publisher said ends with it, with its restart, and with its time', () => {
  const foreign = hear([a, said('space', 1, {})])
  assert.deepEqual(foreign.expire(999), [])
  assert.deepEqual(foreign.expire(1000), [{ topic: 'terminals', key: 'space' }])
  foreign.take(a, news({ set: [said('space', 1, {})] }), now)
  assert.deepEqual(foreign.begin(a, 'another run'), [{ topic: 'terminals', key: 'space' }])
  foreign.take(a, news({ set: [said('space', 1, {})] }), now)
  assert.deepEqual(foreign.drop(a), [{ topic: 'terminals', key: 'space' }])
  assert.equal(foreign.get('terminals', 'space'), undefined)
  // Late words of one that is given up count for nothing.
  assert.deepEqual(foreign.take(a, news({ set: [said('space', 1, {})] }), now), [])
})

test('a confirmed value lives on, under its number', () => {
  const foreign = hear([a, said('space', 1, { number: 5 })])
  foreign.take(a, news({ kept: [[5, 1000]] }), { ...now, monotonicMs: 900 })
  assert.deepEqual(foreign.expire(1500), [])
  assert.equal(foreign.expire(1900).length, 1)
})

test('a new line takes back what it does not say, when it has said all and not before', () => {
  const foreign = hear([a, said('kept', 1, { number: 1 })])
  foreign.take(a, news({ set: [said('gone', 1, { number: 2 })] }), now)
  foreign.begin(a, 'run')
  foreign.take(a, news({ set: [said('kept', 1, { number: 1 })], isWhole: false }), now)
  assert.ok(foreign.get('terminals', 'gone'))
  assert.deepEqual(foreign.take(a, news({}), now), [{ topic: 'terminals', key: 'gone' }])
  assert.ok(foreign.get('terminals', 'kept'))
})

test('what is malformed, too large, unknown or another’s is refused and counted, and the rest is taken', () => {
  const foreign = new Foreign()
  foreign.begin(a, 'run')
  const bad: Set[] = [
    ['terminals', 'x', 1, 1, 0, 0, { count: -1, at: 1 }],
    ['peer', a, 2, 1, 0, 0, { state: 'dead' }],
    ['startup', 'x', 3, 1, 0, 0, { state: 'running', tail: ['x'.repeat(MAX_VALUE_BYTES)] }],
    ['constructor', 'x', 4, 1, 0, 0, {}],
    ['load', b, 5, 1, 0, 0, { agents: 0, terminals: 0, cpuPercent: 0, memoryBytes: 0 }],
  ]
  foreign.take(a, news({ set: [...bad, said('good', 1, { number: 6 })] }), now)
  assert.deepEqual(Object.fromEntries(foreign.refusals), {
    ...{ malformed: 2, too_large: 1, unknown: 1, not_its_own: 1 },
  })
  assert.deepEqual(foreign.get('terminals', 'good')?.value, terminals(1))
  assert.deepEqual([...foreign.keys('startup')], [])
})

test('a value that cannot be taken ends the one before it', () => {
  const foreign = hear([a, said('space', 1, {})])
  foreign.take(a, news({ set: [['terminals', 'space', 2, 1000, 0, 0, 'broken']] }), now)
  assert.equal(foreign.get('terminals', 'space'), undefined)
})

test('one publisher has no more than its share, in values and in bytes', () => {
  const foreign = new Foreign()
  foreign.begin(a, 'run')
  const many = (count: number, set: (i: number) => Set) =>
    Array.from({ length: count }, (_, i) => set(i))
  const over = 5
  const set = many(MAX_ENTRIES_PER_PUBLISHER + over, (i) => said(`${i}`, i, { number: i }))
  foreign.take(a, news({ set }), now)
  assert.equal(foreign.refusals.get('too_many'), over)
  assert.equal([...foreign.keys('terminals')].length, MAX_ENTRIES_PER_PUBLISHER)
  foreign.begin(b, 'run')
  const tail = Array(50).fill('x'.repeat(1000))
  const bytes = Buffer.byteLength(JSON.stringify({ state: 'running', tail }))
  const room = Math.floor(MAX_BYTES_PER_PUBLISHER / bytes)
  const large = many(room + over, (i) => [
    'startup',
    `${i}`,
    i,
    1000,
    0,
    0,
    { state: 'running', tail },
  ])
  foreign.take(b, news({ set: large }), now)
  assert.equal(foreign.refusals.get('too_many'), 2 * over)
  assert.equal([...foreign.keys('startup')].length, room)
  foreign.drop(a)
  foreign.begin(a, 'run')
  foreign.take(a, news({ set: [said('again', 1, {})] }), now)
  assert.ok(foreign.get('terminals', 'again'))
})
