import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indent, lineOf, newLine, offsetOf } from './editor-text.ts'

const text = 'a:\n  b: 1\nc'

test('a line and column lead to their place, and past the end to the end', () => {
  assert.equal(offsetOf(text, 2, 3), 5)
  assert.equal(offsetOf(text, 1, 99), 2)
  assert.equal(offsetOf(text, 99, 1), text.length)
  assert.equal(lineOf(text, 5), 2)
})

test('Tab puts in two spaces where nothing is selected', () => {
  assert.deepEqual(indent({ text: 'ab', start: 1, end: 1 }, false), {
    text: 'a  b',
    start: 3,
    end: 3,
  })
})

test('Tab moves the selected lines and Shift moves them back', () => {
  const moved = indent({ text: 'a\nb', start: 0, end: 3 }, false)
  assert.equal(moved.text, '  a\n  b')
  assert.equal(indent(moved, true).text, 'a\nb')
})

test('Enter keeps the indentation and goes deeper after a colon', () => {
  assert.equal(newLine({ text: '  a: 1', start: 6, end: 6 }).text, '  a: 1\n  ')
  assert.equal(newLine({ text: '  a:', start: 4, end: 4 }).text, '  a:\n    ')
})
