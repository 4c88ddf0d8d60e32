// What a connection may have under way, and what is kept of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Inbox } from './inbox.ts'
import { InboundWindow, WindowBudget } from './window.ts'

const MB = 1024 * 1024

test('few channels get wide windows, many get narrow ones, and together they keep to the budget', () => {
  const budget = new WindowBudget(16 * MB)
  const windows = Array.from({ length: 200 }, () => budget.take())
  assert.deepEqual(windows.slice(0, 4), [2 * MB, 2 * MB, 2 * MB, 2 * MB])
  assert.equal(windows.at(-1), 64 * 1024)
  const total = windows.reduce((a, b) => a + b, 0)
  assert.ok(total <= 16 * MB + 200 * 64 * 1024, `${total / MB} MB`)
  for (const bytes of windows) budget.give(bytes)
  assert.equal(budget.take(), 2 * MB)
})

test('a window is given back in large pieces, and never more than was read', () => {
  const window = new InboundWindow(100)
  assert.equal(window.take(80), true)
  assert.equal(window.read(10), 0)
  assert.equal(window.read(20), 30)
  assert.equal(window.take(50), true)
  assert.equal(window.take(1), false)
})

test('an inbox gives back the bytes that it got, in order, however they came', () => {
  const inbox = new Inbox()
  const sizes = [1, 16_384, 3, 40_000, 32_767, 2, 0, 100_000, 7]
  const all = Buffer.concat(sizes.map((size, i) => Buffer.alloc(size, i + 1)))
  let at = 0
  for (const size of sizes) {
    inbox.push(all.subarray(at, at + size))
    at += size
  }
  assert.equal(inbox.bytes, all.length)
  const pieces: Buffer[] = []
  while (inbox.bytes > 0) pieces.push(...inbox.take(10_000))
  assert.ok(Buffer.concat(pieces).equals(all))
  assert.equal(inbox.bytes, 0)
})

test('what is kept of small pieces holds nothing of what they were cut from', () => {
  const inbox = new Inbox()
  const read = Buffer.alloc(64 * 1024)
  inbox.push(read.subarray(0, 100))
  assert.notEqual(inbox.take(100)[0]?.buffer, read.buffer)
})
