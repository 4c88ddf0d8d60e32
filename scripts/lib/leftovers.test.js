import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLeftover } from './leftovers.js'

test('what a dead test process made is a leftover, what a living one made is not', () => {
  const isAlive = (pid) => pid === '7'
  assert.equal(isLeftover({ 'skein.test': '8' }, isAlive), true)
  assert.equal(isLeftover({ 'skein.test': '7' }, isAlive), false)
  assert.equal(isLeftover({ 'skein.test': 'nonsense' }, isAlive), true)
})

test('what no test made is never a leftover', () => {
  assert.equal(isLeftover({ 'skein.space': 'x' }), false)
  assert.equal(isLeftover({}), false)
})
