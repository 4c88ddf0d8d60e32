import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quotaIn, quotaTexts } from './quota-text.ts'

const empty = { spaces: '', running: '', cpus: '', memoryBytes: '' }

test('what is typed is what is shown again, and what is empty is no limit', () => {
  const typed = { ...empty, spaces: '5', cpus: '2,5', memoryBytes: '1.5' }
  const { quota, wrong } = quotaIn(typed)
  assert.deepEqual(wrong, [])
  assert.deepEqual(quota, { spaces: 5, cpus: 2.5, memoryBytes: 1.5 * 1024 ** 3 })
  assert.deepEqual(quotaTexts(quota), { ...typed, cpus: '2.5' })
})

test('what is no number is named', () => {
  const { wrong } = quotaIn({ spaces: '1.5', running: '-1', cpus: 'two', memoryBytes: '1e999' })
  assert.deepEqual(wrong, ['spaces', 'running', 'cpus', 'memoryBytes'])
})
