import assert from 'node:assert/strict'
import { test } from 'node:test'
import { staleAfter } from './keys.ts'

test('a change of one space makes that space and the list stale, and no other space', () => {
  assert.deepEqual(staleAfter('space:7'), [['space', '7'], ['spaces']])
  assert.deepEqual(staleAfter('timeline:7'), [['timeline', '7']])
})

test('a change of the templates makes every opened template stale too', () => {
  assert.deepEqual(staleAfter('templates'), [['templates'], ['template'], ['template-plan']])
})

test('a topic that this page does not know makes nothing stale', () => {
  assert.deepEqual(staleAfter('volumes'), [])
  assert.deepEqual(staleAfter('space:'), [])
})
