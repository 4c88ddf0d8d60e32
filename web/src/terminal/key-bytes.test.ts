import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowKey, withControl } from './key-bytes.ts'

const plain = { applicationCursor: false, control: false }

test('arrows follow the mode that the program asked for', () => {
  assert.equal(rowKey('up', plain), '\x1b[A')
  assert.equal(rowKey('up', { ...plain, applicationCursor: true }), '\x1bOA')
  assert.equal(rowKey('left', { ...plain, control: true }), '\x1b[1;5D')
  assert.equal(rowKey('escape', plain), '\x1b')
})

test('Ctrl makes control characters of letters and leaves the rest alone', () => {
  assert.equal(withControl('c'), '\x03')
  assert.equal(withControl('C'), '\x03')
  assert.equal(withControl('['), '\x1b')
  assert.equal(withControl(' '), '\0')
  assert.equal(withControl('é'), 'é')
  assert.equal(withControl('pasted'), 'pasted')
})
