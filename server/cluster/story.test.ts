import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storyOf, type Told } from './story.ts'

const NOW_MS = 1_800_000_000_000
const peer = (name: string) => ({ kind: 'peer', id: name, name }) as const

const story = (entries: readonly Told[]) => storyOf(entries, NOW_MS)
const told = (
  by: string,
  agoMs: number,
  action: string,
  detail: Record<string, unknown>,
): Told => ({
  at: NOW_MS - agoMs,
  body: { actor: peer(by), action, target: peer('c'), detail },
})

test('what several peers saw at about the same time is one event of all of them', () => {
  const events = story([
    told('b', 1000, 'peer.state', { was: 'suspect', is: 'unreachable', by: 'a' }),
    told('a', 2000, 'peer.state', { was: 'suspect', is: 'unreachable', by: 'a' }),
    told('a', 4000, 'peer.state', { was: 'alive', is: 'suspect', by: 'a' }),
  ])
  assert.deepEqual(events, [
    {
      ...{ what: 'state', is: 'unreachable' },
      at: new Date(NOW_MS - 2000).toISOString(),
      by: ['a', 'b'].map((name) => ({ id: name, name })),
    },
  ])
})

test('a doubt that was cleared is no event, and neither is the first word of a peer', () => {
  const cleared = { was: 'suspect', is: 'alive', by: 'a' }
  const first = { was: 'unknown', is: 'alive', by: 'a' }
  assert.deepEqual(
    story([told('a', 0, 'peer.state', cleared), told('a', 9, 'peer.state', first)]),
    [],
  )
})

test('a peer’s own account of its absence says what it missed', () => {
  const detail = { awayMs: 180_000, isCompared: true, changed: 12, deleted: 4 }
  const [event] = story([told('c', 0, 'peer.returned', detail)])
  assert.deepEqual(event, {
    ...{ what: 'returned', ...detail, at: new Date(NOW_MS).toISOString() },
    by: [{ id: 'c', name: 'c' }],
  })
})

test('entries that do not read, and those of others’ making, are left out', () => {
  const entries = [
    told('c', 0, 'peer.returned', { awayMs: 'long' }),
    told('c', 0, 'peer.token', {}),
    told('c', 0, 'peer.state', { is: 3 }),
  ]
  assert.deepEqual(story(entries), [])
})

test('what a peer tells whose clock is a day ahead waits for its time', () => {
  const gone = { was: 'suspect', is: 'dead', by: 'a' }
  const events = story([
    told('b', -86_400_000, 'peer.state', gone),
    told('a', 0, 'peer.state', gone),
  ])
  assert.deepEqual(
    events.map(({ by }) => by.map(({ name }) => name)),
    [['a']],
  )
})
