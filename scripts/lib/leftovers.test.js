import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLeftover, isLostNamespace } from './leftovers.js'

const isRunning = (pid) => pid === '7'

test('what a dead test process made is a leftover, what a living one made is not', () => {
  assert.equal(isLeftover('test-8-ab', [], isRunning), true)
  assert.equal(isLeftover('test-7-ab', [], isRunning), false)
})

test('what a dead test’s server made is a leftover', () => {
  assert.equal(isLeftover('0197', ['0197']), true)
})

test('what no test made is never a leftover', () => {
  assert.equal(isLeftover('0197', ['0198', undefined]), false)
  assert.equal(isLeftover(undefined, [undefined]), false)
})

test('a network of a dead test process is a leftover, a living one’s and anybody else’s is not', () => {
  assert.equal(isLostNamespace('sk8-1', isRunning), true)
  assert.equal(isLostNamespace('sk8-hub', isRunning), true)
  assert.equal(isLostNamespace('sk7-hub', isRunning), false)
  assert.equal(isLostNamespace('skydive-1', isRunning), false)
})
