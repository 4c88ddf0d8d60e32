// The picture’s geometry and what it draws, without drawing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { hostsBeside, ring, wide } from './ring.ts'
import { tiesOf } from './ties.ts'

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`)

function peer(id: string, lines?: readonly string[], state: PeerInfo['state'] = 'alive'): PeerInfo {
  return {
    ...{ id, name: id, isSelf: false, state, since: '', by: { id, name: id } },
    ...{ address: '', version: '1.0.0', hosts: 0, spaces: 0, load: 0, story: [] },
    ...(lines && { lines }),
  }
}

test('one peer stands in the middle, several on an ellipse with the first at the top', () => {
  assert.deepEqual(ring(1, wide), [{ x: 0.5, y: 0.5 }])
  const [top, right] = ring(4, wide)
  near(top?.x ?? 0, 0.5)
  near(top?.y ?? 0, 0.5 - wide.radius.y)
  near(right?.x ?? 0, 0.5 + wide.radius.x)
})

test('an odd number stands in the middle of the picture as well', () => {
  const ys = ring(3, wide).map(({ y }) => y)
  near((Math.min(...ys) + Math.max(...ys)) / 2, 0.5)
})

test('a host stands beside its peer, and no two at one place', () => {
  const [top, right] = ring(4, wide)
  const [own, beside, first, second] = hostsBeside(4, [0, 1, 3, 3], wide)
  near(own?.y ?? 0, (top?.y ?? 0) - wide.aside.y)
  near(beside?.x ?? 0, (right?.x ?? 0) + wide.aside.x)
  assert.notDeepEqual(first, second)
})

test('a line is drawn that either end tells of, and a cut between two that both tell of none', () => {
  const peers = [peer('a', ['b']), peer('b', []), peer('c', [])]
  assert.deepEqual(tiesOf(peers, undefined), [
    { from: 'a', to: 'b', kind: 'line' },
    { from: 'a', to: 'c', kind: 'cut' },
    { from: 'b', to: 'c', kind: 'cut' },
  ])
})

test('of a peer that is gone, or that never told of its lines, nothing is drawn', () => {
  const peers = [peer('a', []), peer('b'), peer('c', [], 'dead')]
  assert.deepEqual(tiesOf(peers, undefined), [])
})

test('among many only one peer’s lines are drawn', () => {
  const ids = 'abcdefghij'.split('')
  const peers = ids.map((id) => peer(id, ids))
  assert.equal(tiesOf(peers, undefined).length, 0)
  assert.equal(tiesOf(peers, 'c').length, ids.length - 1)
})
