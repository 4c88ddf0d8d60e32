import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimelineStep } from '#protocol/api/timeline.ts'
import { groupByIntent } from './intents.ts'

const step = (id: string, intentId: string, startedAt: string): TimelineStep => ({
  id,
  intentId,
  step: 'pull',
  text: id,
  state: 'done',
  startedAt,
})

test('the newest start comes first and its steps stand in the order in which they happened', () => {
  const groups = groupByIntent([step('c', '2', '13'), step('a', '1', '10'), step('b', '2', '12')])
  assert.deepEqual(
    groups.map(({ intentId, steps }) => [intentId, steps.map(({ id }) => id)]),
    [
      ['2', ['b', 'c']],
      ['1', ['a']],
    ],
  )
})

test('a space to which nothing happened has no groups', () => {
  assert.deepEqual(groupByIntent([]), [])
})
