import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('those who wait go on one in each turn of the event loop, in their order', async () => {
  const turns = new Turns()
  const went: string[] = []
  let turn = 0
  const go = (name: string, again: boolean) => () => {
    went.push(`${name}${turn}`)
    if (again) turns.next(go(name, false))
  }
  turns.next(go('a', true))
  turns.next(go('b', false))
  for (; turn < 4; turn++) await new Promise(setImmediate)
  assert.deepEqual(went, ['a0', 'b1', 'a2'])
})
