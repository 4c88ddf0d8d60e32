import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Paging } from '#protocol/api/paging.ts'
import { paged } from './paging.ts'

const all = ['c', 'a', 'b'].map((id) => ({ id }))
const ids = (paging: Paging) => paged(all, paging).items.map(({ id }) => id)

test('without a page all is given as it came', () => {
  assert.deepEqual(paged(all, {}), { items: all })
})

test('pages follow each other by id, also behind one that is gone', () => {
  assert.deepEqual(paged(all, { limit: 2 }), { items: [{ id: 'a' }, { id: 'b' }], next: 'b' })
  assert.deepEqual(ids({ limit: 2, after: 'b' }), ['c'])
  assert.deepEqual(ids({ limit: 2, after: 'aa' }), ['b', 'c'])
  assert.equal(paged(all, { limit: 3 }).next, undefined)
})
