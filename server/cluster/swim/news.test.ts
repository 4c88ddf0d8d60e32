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
/** What goes into one message, which then counts as told. */
const tell = (news: News, bytes: number, times: number, first?: Claim) => {
  const claims = news.pick(bytes, first)
  news.told(claims, times)
  return claims
}
const ids = (claims: readonly Claim[]) => claims.map(({ id }) => id)

test('news told least goes first, and is dropped when it was told often enough', () => {
  const news = new News(() => 10)
  news.add(claim('a'))
  assert.deepEqual(ids(tell(news, 10, 2)), ['a'])
  news.add(claim('b'))
  assert.deepEqual(ids(tell(news, 10, 2)), ['b'])
  assert.deepEqual(ids(tell(news, 20, 2)), ['b', 'a'])
  assert.ok(news.isEmpty)
})

test('a newer claim takes the place of the older', () => {
  const news = new News(() => 10)
  news.add(claim('a', 1))
  news.add(claim('a', 2))
  assert.deepEqual(
    tell(news, 100, 1).map(({ incarnation }) => incarnation),
    [2],
  )
})

test('no more is taken than fits, whatever comes first', () => {
  const news = new News((one) => (one.id === 'large' ? 90 : 10))
  for (const id of ['large', 'a', 'b']) news.add(claim(id))
  assert.deepEqual(ids(tell(news, 30, 4, claim('first'))), ['first', 'b', 'a'])
})

test('what goes first is not told twice in one message', () => {
  const news = new News(() => 10)
  news.add(claim('a'))
  assert.deepEqual(ids(tell(news, 100, 4, claim('a'))), ['a'])
})

test('what is told to nobody stays', () => {
  const news = new News(() => 10)
  news.add(claim('a'))
  for (let i = 0; i < 9; i++) assert.deepEqual(ids(news.pick(100)), ['a'])
  assert.ok(!news.isEmpty)
})

test('who shares a doubt is told beside it, until something else is believed', () => {
  const news = new News(() => 10)
  const doubt = (by: string): Claim => ({ ...claim('a'), state: 'suspect', by: by as PeerId })
  news.add(doubt('b'))
  news.addBeside(doubt('c'))
  assert.deepEqual(
    news.pick(100).map(({ by }) => by),
    ['c', 'b'],
  )
  news.add(claim('a', 1))
  assert.deepEqual(ids(news.pick(100)), ['a'])
})
