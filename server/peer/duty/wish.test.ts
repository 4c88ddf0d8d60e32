import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerFacts } from '#protocol/api/peers.ts'
import { findPeer } from './ask.ts'
import { wished } from './wish.ts'

const of = { since: '2026-01-02T03:04:05.000Z', by: { id: 'u', name: 'ada' }, id: 'w' }
const peer = (id: string, name: string, state = 'alive') =>
  ({ id, name, state }) as unknown as PeerFacts

test('a drain holds until somebody wants the peer back, and a second drain keeps who wanted it first', () => {
  const away = wished(undefined, { want: 'drain' }, of)
  assert.equal(away.isAway, true)
  const again = wished(away, { want: 'drain' }, { ...of, by: { id: 'v', name: 'bob' } })
  assert.equal(again.by.name, 'ada')
  assert.equal(wished(again, { want: 'undrain' }, of).isAway, false)
})

test('a restart changes nothing of whether the peer is to serve', () => {
  const away = wished(undefined, { want: 'drain' }, of)
  const next = wished(away, { want: 'restart', to: '1.2.0' }, { ...of, id: 'w2' })
  assert.deepEqual([next.isAway, next.restart], [true, { id: 'w2', to: '1.2.0' }])
})

test('a peer is found by its id or its name, unless several have it', () => {
  const all = [peer('1', 'a'), peer('2', 'b'), peer('3', 'b'), peer('4', 'a', 'left')]
  assert.equal(findPeer(all, 'a').id, '1')
  assert.equal(findPeer(all, '3').id, '3')
  assert.throws(() => findPeer(all, 'b'), /Several peers/)
  assert.throws(() => findPeer(all, 'c'), { code: 'not_found' })
})
