import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('those who wait go on one after each pause, in their order', () => {
  const pauses: (() => void)[] = []
  const turns = new Turns((go) => pauses.push(go))
  const went: string[] = []
  turns.next(() => {
    went.push('a')
    turns.next(() => went.push('a again'))
  })
  turns.next(() => went.push('b'))
  for (let pause = 1; pause <= 3; pause++) {
    assert.equal(pauses.length, pause, 'one pause at a time')
    pauses[pause - 1]?.()
    assert.equal(went.length, pause)
  }
  assert.deepEqual(went, ['a', 'b', 'a again'])
  assert.equal(pauses.length, 3, 'and none for nobody')
})
