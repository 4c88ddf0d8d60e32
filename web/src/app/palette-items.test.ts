import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, fit, MAX_SHOWN, type PaletteItem } from './palette-items.ts'

const item = (label: string, also?: string): PaletteItem =>
  also ? { id: label, group: 'space', label, also } : { id: label, group: 'space', label }

test('the beginning of a word fits better than its middle, and letters in order fit at all', () => {
  assert.ok(fit('api-server', 'api') > fit('the-api', 'api'))
  assert.ok(fit('the-api', 'api') > fit('rapid', 'api'))
  assert.ok(fit('rapid', 'api') > fit('a pear inside', 'api'))
  assert.equal(fit('web', 'api'), 0)
})

test('every typed word must be found', () => {
  assert.ok(fit('Stop api-server', 'stop api') > 0)
  assert.equal(fit('Stop api-server', 'stop web'), 0)
})

test('nothing typed keeps the order, and other words find an item too', () => {
  assert.deepEqual(
    choose([item('b'), item('a')], '').map(({ id }) => id),
    ['b', 'a'],
  )
  assert.deepEqual(
    choose([item('Spaces'), item('Account', 'theme password')], 'passw').map(({ id }) => id),
    ['Account'],
  )
})

test('a thousand fits are cut to what can be read', () => {
  const many = Array.from({ length: 1000 }, (_, index) => item(`space-${index}`))
  assert.equal(choose(many, 'space').length, MAX_SHOWN)
})
