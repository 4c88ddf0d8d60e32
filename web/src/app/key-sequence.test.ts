import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KeyPress, press, SEQUENCE_WITHIN_MS } from './key-sequence.ts'

const bindings = ['g s', 'g t', 'n', '?', '/', 'enter', 'mod+k']
const plain: KeyPress = { key: '', ctrl: false, meta: false, alt: false, typing: false, atMs: 0 }

test('one key is a command by itself', () => {
  assert.equal(press(bindings, {}, { ...plain, key: 'n' }).hit, 'n')
  assert.equal(press(bindings, {}, { ...plain, key: 'Enter' }).hit, 'enter')
})

test('two keys make a sequence when the second follows in time', () => {
  const { state, hit } = press(bindings, {}, { ...plain, key: 'g' })
  assert.equal(hit, undefined)
  assert.equal(press(bindings, state, { ...plain, key: 't', atMs: 900 }).hit, 'g t')
  const late = { ...plain, key: 't', atMs: SEQUENCE_WITHIN_MS + 1 }
  assert.equal(press(bindings, state, late).hit, undefined)
})

test('a wrong second key ends the sequence and may itself be a command', () => {
  const { state } = press(bindings, {}, { ...plain, key: 'g' })
  assert.equal(press(bindings, state, { ...plain, key: 'n', atMs: 10 }).hit, 'n')
})

test('nothing but a chord is taken from someone who is typing', () => {
  assert.equal(press(bindings, {}, { ...plain, key: 'n', typing: true }).hit, undefined)
  assert.equal(press(bindings, {}, { ...plain, key: 'k', typing: true, meta: true }).hit, 'mod+k')
  assert.equal(press(bindings, {}, { ...plain, key: 'K', ctrl: true, typing: true }).hit, 'mod+k')
  assert.equal(press(bindings, {}, { ...plain, key: 'n', ctrl: true }).hit, undefined)
})
