import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeTip } from './tip-place.ts'

const page = { width: 1000, height: 600 }
const tip = { width: 100, height: 24 }

test('a tip stands below the middle of its element', () => {
  const near = { left: 400, top: 100, width: 40, height: 30 }
  assert.deepEqual(placeTip(near, tip, page), { left: 370, top: 136 })
})

test('at the bottom of the page it stands above', () => {
  const near = { left: 400, top: 570, width: 40, height: 20 }
  assert.deepEqual(placeTip(near, tip, page), { left: 370, top: 540 })
})

test('it never leaves the page at the sides', () => {
  assert.equal(placeTip({ left: 0, top: 0, width: 20, height: 20 }, tip, page).left, 8)
  assert.equal(placeTip({ left: 990, top: 0, width: 10, height: 20 }, tip, page).left, 892)
})
