import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fits } from './dependencies.js'

const lock = {
  packages: {
    '': { name: 'skein' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/darwin-only': { version: '1.0.0', integrity: 'sha512-d', optional: true },
  },
}
const a = { version: '1.0.0', integrity: 'sha512-a' }

test('an installation of what the lock names fits, without the other platforms’ packages', () => {
  assert.equal(fits(lock, { packages: { 'node_modules/a': a } }), true)
})

test('a missing, older or altered package does not fit', () => {
  assert.equal(fits(lock, { packages: {} }), false)
  assert.equal(fits(lock, { packages: { 'node_modules/a': { ...a, version: '0.9.0' } } }), false)
  assert.equal(fits(lock, { packages: { 'node_modules/a': { ...a, integrity: 'x' } } }), false)
})
