import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Space } from '#protocol/api/spaces.ts'
import { clicked, defaultOrder, ordered, orderText, parseOrder } from './order.ts'

const space = (name: string, more: object = {}) =>
  ({
    id: name,
    name,
    owner: { id: 'u', name: 'ada' },
    template: { name: 'Node' },
    state: 'running',
    createdAt: '2026-01-01T00:00:00Z',
    ...more,
  }) as unknown as Space

const names = (spaces: readonly Space[]) => spaces.map(({ name }) => name)

test('what was opened here last comes first', () => {
  const all = [space('a'), space('b'), space('c', { startedAt: '2026-03-01T00:00:00Z' })]
  const used = { b: Date.parse('2026-05-01') }
  assert.deepEqual(names(ordered(all, defaultOrder, used)), ['b', 'c', 'a'])
})

test('by state, what wants attention comes first', () => {
  const all = [space('a', { state: 'stopped' }), space('b'), space('c', { state: 'failed' })]
  assert.deepEqual(names(ordered(all, { column: 'state', descending: false }, {})), ['c', 'b', 'a'])
})

test('the order survives the address bar, and nonsense there is the default', () => {
  assert.deepEqual(parseOrder(orderText({ column: 'cpu', descending: true })), {
    column: 'cpu',
    descending: true,
  })
  assert.equal(orderText(defaultOrder), undefined)
  assert.deepEqual(parseOrder('shoe:desc'), defaultOrder)
})

test('a second click turns a column round', () => {
  assert.deepEqual(clicked(defaultOrder, 'name'), { column: 'name', descending: false })
  assert.equal(clicked({ column: 'name', descending: false }, 'name').descending, true)
  assert.equal(clicked(defaultOrder, 'cpu').descending, true)
})
