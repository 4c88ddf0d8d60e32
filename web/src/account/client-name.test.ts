import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientName } from './client-name.ts'

test('browsers are called by their names, although they all claim to be each other', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36'
  assert.deepEqual(clientName(chrome), { kind: 'computer', name: 'Chrome on Linux' })
  assert.equal(clientName(`${chrome} Edg/156.0`).name, 'Edge on Linux')
  const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 20_1 like Mac OS X) Version/20.1 Safari/605.1'
  assert.deepEqual(clientName(phone), { kind: 'phone', name: 'Safari on iPhone' })
})

test('what is no browser keeps its own name, cut to what fits', () => {
  assert.deepEqual(clientName('curl/8.14.1'), { kind: 'program', name: 'curl/8.14.1' })
  assert.equal(clientName('').name, 'Unknown')
  assert.equal(clientName('x'.repeat(500)).name.length, 60)
})
