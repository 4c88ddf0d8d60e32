import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '#protocol/ids.ts'
import type { Claim } from './claim.ts'
import { News } from './news.ts'

const claim = (id: string, incarnation = 0): Claim => ({
  id: id as PeerId,
  boot: 1,
  incarnation,
  state: 'alive',
  by: id as PeerId,
})
const ids = (claims: readonly Claim[]) => claims.map(({ id }) => id)

test('news told least goes first, and is dropped when it was told often enough', () => {
  const news = new News(() => 10)
  news.add(claim('a'))
  assert.deepEqual(ids(news.take(10, 2)), ['a'])
  news.add(claim('b'))
  assert.deepEqual(ids(news.take(10, 2)), ['b'])
  assert.deepEqual(ids(news.take(20, 2)), ['b', 'a'])
  assert.ok(news.isEmpty)
})

test('a newer claim takes the place of the older', () => {
  const news = new News(() => 10)
  news.add(claim('a', 1))
  news.add(claim('a', 2))
  assert.deepEqual(
    news.take(100, 1).map(({ incarnation }) => incarnation),
    [2],
  )
})

test('no more is taken than fits, whatever comes first', () => {
  const news = new News((one) => (one.id === 'large' ? 90 : 10))
  for (const id of ['large', 'a', 'b']) news.add(claim(id))
  assert.deepEqual(ids(news.take(30, 4, claim('first'))), ['first', 'b', 'a'])
})

test('what goes first is not told twice in one message', () => {
  const news = new News(() => 10)
  news.add(claim('a'))
  assert.deepEqual(ids(news.take(100, 4, claim('a'))), ['a'])
})
