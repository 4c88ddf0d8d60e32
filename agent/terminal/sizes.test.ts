import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Sizes } from './sizes.ts'

const size = (cols: number) => ({ cols, rows: 24 })

test('a reader meets every size at its position', () => {
  const sizes = new Sizes(size(80))
  sizes.add(100, size(90))
  sizes.add(200, size(100))
  assert.equal(sizes.at(99).cols, 80)
  assert.equal(sizes.at(100).cols, 90)
  const first = sizes.after(0)
  assert.ok(first && first !== 'missed')
  assert.deepEqual([first.at, first.cols], [100, 90])
  const second = sizes.after(first.number)
  assert.ok(second && second !== 'missed')
  assert.deepEqual([second.at, second.cols], [200, 100])
  assert.equal(sizes.after(second.number), undefined)
})

test('several sizes without output between them are one, also for who has met the first', () => {
  const sizes = new Sizes(size(80))
  sizes.add(100, size(90))
  const met = sizes.latest.number
  sizes.add(100, size(91))
  sizes.add(100, size(92))
  const next = sizes.after(met)
  assert.ok(next && next !== 'missed')
  assert.equal(next.cols, 92)
  assert.equal(sizes.after(next.number), undefined)
})

test('a reader who is too many sizes behind is told so', () => {
  const sizes = new Sizes(size(80))
  for (let at = 1; at <= 1000; at++) sizes.add(at, size(80 + (at % 50)))
  assert.equal(sizes.after(0), 'missed')
  assert.notEqual(sizes.after(990), 'missed')
  assert.equal(sizes.at(0), sizes.at(700))
})
