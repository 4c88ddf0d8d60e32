import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayOpen } from './may-open.ts'

const people = [{ id: '7', name: 'mel' }]

test('one’s own is offered whatever its mark, another’s only where it is shared', () => {
  assert.ok(mayOpen({}, { mine: true }))
  assert.ok(mayOpen({ visibility: 'owner' }, { mine: true }))
  assert.ok(!mayOpen({}, { mine: false }))
  assert.ok(!mayOpen({ visibility: 'owner' }, { mine: false, userId: '7' }))
  assert.ok(mayOpen({ visibility: 'signed-in' }, { mine: false }))
  assert.ok(mayOpen({ visibility: 'public' }, { mine: false }))
})

test('what is shared with people is offered to those who are named', () => {
  assert.ok(mayOpen({ visibility: 'people', people }, { mine: false, userId: '7' }))
  assert.ok(!mayOpen({ visibility: 'people', people }, { mine: false, userId: '8' }))
  assert.ok(!mayOpen({ visibility: 'people', people }, { mine: false }))
})
