import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTerminalName } from '#protocol/names.ts'
import { nextName } from './names.ts'

test('the first terminal is main and the others count on, filling what was closed', () => {
  assert.equal(nextName([]), 'main')
  assert.equal(nextName(['main']), 'term-2')
  assert.equal(nextName(['main', 'term-2', 'term-4']), 'term-3')
  assert.ok(isTerminalName(nextName(['main'])))
})
