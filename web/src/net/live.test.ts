import assert from 'node:assert/strict'
import { beforeEach, mock, test } from 'node:test'
import { Dialling } from '../../../tests/support/dialled.ts'
import { LiveConnection } from './live.ts'
import { Roads } from './roads.ts'

const HELLO = { type: 'hello', run: 'r', cursor: 0 }
const SOUTH = {
  type: 'elsewhere',
  peers: [{ name: 'south', url: 'http://south:2' }],
  ticket: 'a.b',
}
const CHANGED = { type: 'changed', topics: ['spaces'], cursor: 1 }
/** Longer than anything here waits. */
const A_WHILE_MS = 60_000

beforeEach((t) => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
  if ('after' in t) t.after(() => mock.timers.reset())
})

/** A page that is connected at home, and knows of another peer. */
function made() {
  const roads = new Roads({ own: 'http://north:1', nowMs: () => Date.now(), random: () => 0 })
  const dialling = new Dialling()
  const heard: string[] = []
  const hooks = {
    changed: (topics: readonly string[]) => heard.push(...topics),
    returned: () => heard.push('returned'),
    signedOut: () => heard.push('signed out'),
    handover: ({ name }: { name: string }, code: string | undefined) =>
      heard.push(`handover to ${name} with ${code}`),
  }
  const live = new LiveConnection(hooks, roads, dialling.open)
  live.watch(['spaces'])
  live.open()
  dialling.last.opens()
  dialling.last.says(HELLO)
  dialling.last.says(SOUTH)
  return { live, dialling, heard }
}

/** Its own peer is gone, and the other has greeted it. */
function gone() {
  const page = made()
  const { dialling } = page
  dialling.last.ends()
  mock.timers.tick(0)
  dialling.last.ends()
  dialling.last.opens()
  dialling.last.says(HELLO)
  dialling.last.says({ type: 'pong', at: 0 })
  return page
}

test('it goes on at another peer, and watches there what it watched', () => {
  const { live, dialling, heard } = gone()
  assert.equal(dialling.last.address, 'ws://south:2/api/v1/live')
  const state = live.state.get()
  assert.equal(state.kind === 'open' && state.away?.road.name, 'south')
  assert.ok(dialling.last.sent.includes(JSON.stringify({ type: 'watch', topics: ['spaces'] })))
  // Nothing can be fetched from here.
  dialling.last.says(CHANGED)
  assert.deepEqual(heard, [])
  live.close()
})

test('it looks for its own peer ever less often, and comes back to it and fetches all', () => {
  const { live, dialling, heard } = gone()
  const south = dialling.last
  mock.timers.tick(2_000)
  assert.equal(dialling.last.address, 'ws://north:1/api/v1/live')
  dialling.last.ends()
  const before = dialling.all.length
  mock.timers.tick(3_999)
  assert.equal(dialling.all.length, before)
  mock.timers.tick(1)
  dialling.last.opens()
  assert.ok(south.isClosed)
  assert.equal(dialling.last.address, 'ws://north:1/api/v1/live')
  dialling.last.opens()
  dialling.last.says(HELLO)
  const state = live.state.get()
  assert.equal(state.kind === 'open' && state.away, undefined)
  dialling.last.says(CHANGED)
  assert.deepEqual(heard, ['returned', 'spaces'])
  live.close()
})

test('a peer that drains is left at once for the other', () => {
  const { live, dialling } = made()
  dialling.last.says({ type: 'draining', afterMs: 0 })
  mock.timers.tick(0)
  assert.equal(dialling.last.address, 'ws://south:2/api/v1/live')
  live.close()
})

test('a click takes the session along; without an answer the other peer is opened as it is', () => {
  const { live, dialling, heard } = gone()
  live.handOver()
  dialling.last.says({ type: 'handover', code: 'c' })
  mock.timers.tick(3_000)
  assert.deepEqual(heard, ['handover to south with c'])
  live.handOver()
  mock.timers.tick(3_000)
  assert.deepEqual(heard.slice(1), ['handover to south with undefined'])
  live.close()
})

test('a session that has ended ends it, also away', () => {
  const { live, dialling, heard } = gone()
  dialling.last.says({ type: 'signed-out' })
  assert.deepEqual(heard, ['signed out'])
  const before = dialling.all.length
  mock.timers.tick(A_WHILE_MS)
  assert.equal(dialling.all.length, before)
  assert.equal(live.state.get().kind, 'signed-out')
})

test('it says since when the database of its peer has not answered, and when it does again', () => {
  const { live, dialling } = made()
  const since = () => {
    const state = live.state.get()
    return state.kind === 'open' ? state.storeAwaySinceMs : assert.fail()
  }
  assert.equal(since(), undefined)
  const first = Date.now() - 3000
  dialling.last.says({ type: 'pong', at: 0, storeAwayMs: 3000 })
  assert.equal(since(), first)
  mock.timers.tick(5000)
  dialling.last.says({ type: 'pong', at: 0, storeAwayMs: 7990 })
  assert.equal(since(), first)
  dialling.last.says({ type: 'pong', at: 0 })
  assert.equal(since(), undefined)
  live.close()
})
