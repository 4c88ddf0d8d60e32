import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestTurns } from './request-turns.ts'

test('a turn begins what fits into half a millisecond, and the rest waits in its order', () => {
  const later: (() => void)[] = []
  let nowMs = 0
  const turns = new RequestTurns(
    (go) => later.push(go),
    () => nowMs,
  )
  const begun: number[] = []
  for (let i = 0; i < 7; i++) {
    turns.add(() => {
      begun.push(i)
      nowMs += 0.2
    })
  }
  assert.equal(begun.length, 0)
  later.shift()?.()
  assert.deepEqual(begun, [0, 1, 2])
  turns.add(() => begun.push(7))
  assert.equal(later.length, 1)
  while (later.length > 0) later.shift()?.()
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7])
})

test('one that takes long has a turn of its own', () => {
  const later: (() => void)[] = []
  let nowMs = 0
  const turns = new RequestTurns(
    (go) => later.push(go),
    () => nowMs,
  )
  let begun = 0
  for (let i = 0; i < 3; i++) {
    turns.add(() => {
      begun++
      nowMs += 100
    })
  }
  for (let turn = 1; turn <= 3; turn++) {
    later.shift()?.()
    assert.equal(begun, turn)
  }
  assert.equal(later.length, 0)
})
