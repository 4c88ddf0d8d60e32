import assert from 'node:assert/strict'
import { test } from 'node:test'
import { letterSpacingPx } from './font.ts'

test('a pixel is given back where most of one was cut off', () => {
  assert.equal(letterSpacingPx(13, 1, true), 1) // 7.8
  assert.equal(letterSpacingPx(12, 1, true), 0) // 7.2
  assert.equal(letterSpacingPx(15, 1, true), 0) // 9
  assert.equal(letterSpacingPx(13, 2, true), 1) // 15.6
})

test('nothing is given back where nothing was cut off: without WebGL', () => {
  assert.equal(letterSpacingPx(13, 1, false), 0)
})
