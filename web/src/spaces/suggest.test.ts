import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSpaceName } from '#protocol/names.ts'
import { suggestName } from './suggest.ts'

test('a suggested name is a valid one', () => {
  for (let at = 0; at < 1; at += 0.01) assert.ok(isSpaceName(suggestName(new Set(), () => at)))
})

test('a taken name is never suggested, even when the dice insist', () => {
  const taken = new Set(['amber-avocet', 'amber-avocet-2'])
  assert.equal(
    suggestName(taken, () => 0),
    'amber-avocet-3',
  )
})
