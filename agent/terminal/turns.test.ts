import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ParseTurns } from './turns.ts'

/** A parser with some slices left, each of which takes a millisecond. */
function openTurns() {
  let now = 0
  const queue: (() => void)[] = []
  const order: string[] = []
  const turns = new ParseTurns(
    () => now,
    (run) => queue.push(run),
  )
  const parser = (name: string, slices: number) => ({
    parseSlice: () => {
      now += 1
      order.push(name)
      slices -= 1
      return slices > 0
    },
  })
  return { turns, parser, order, queue }
}

test('parsers take turns slice by slice, and the loop is let go every few milliseconds', () => {
  const { turns, parser, order, queue } = openTurns()
  turns.want(parser('flood', 9))
  turns.want(parser('small', 1))
  queue.shift()?.()
  assert.deepEqual(order, ['flood', 'small', 'flood', 'flood'])
  while (queue.length > 0) queue.shift()?.()
  assert.equal(order.filter((name) => name === 'flood').length, 9)
})

test('a parser that is dropped is not asked again', () => {
  const { turns, parser, order, queue } = openTurns()
  const closed = parser('closed', 5)
  turns.want(closed)
  turns.drop(closed)
  while (queue.length > 0) queue.shift()?.()
  assert.deepEqual(order, [])
})
