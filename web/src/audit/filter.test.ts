import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterOf, isFiltered } from './filter.ts'

test('the last day is within, and what is no day is no filter', () => {
  const { from, to } = filterOf({ from: '2026-01-31', to: '2026-01-31' })
  assert.equal(Date.parse(to ?? '') - Date.parse(from ?? ''), 24 * 60 * 60_000)
  assert.deepEqual(filterOf({ from: 'yesterday', actor: 'ada' }), { actor: 'ada' })
  assert.equal(isFiltered({ actor: undefined }), false)
})
