import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InputLedger, LEDGER_KEEP_MS } from './ledger.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('a resend is typed once, and only its new part', () => {
  const ledger = new InputLedger(() => 0)
  assert.equal(ledger.attach('a', 0, false), 0)
  assert.equal(textOf(ledger.take('a', 0, bytesOf('make'))), 'make')
  assert.equal(textOf(ledger.take('a', 0, bytesOf('make test'))), ' test')
  assert.equal(textOf(ledger.take('a', 2, bytesOf('ke'))), '')
  assert.equal(ledger.heard('a'), 9)
})

test('input after a gap is not typed until the gap is filled', () => {
  const ledger = new InputLedger(() => 0)
  ledger.attach('a', 0, false)
  assert.equal(ledger.take('a', 3, bytesOf('x')).length, 0)
  assert.equal(textOf(ledger.take('a', 0, bytesOf('abcx'))), 'abcx')
})

test('clients do not share their numbers, and a stranger types nothing', () => {
  const ledger = new InputLedger(() => 0)
  ledger.attach('a', 0, false)
  ledger.attach('b', 0, false)
  assert.equal(textOf(ledger.take('a', 0, bytesOf('x'))), 'x')
  assert.equal(textOf(ledger.take('b', 0, bytesOf('x'))), 'x')
  assert.equal(ledger.take('c', 0, bytesOf('x')).length, 0)
})

test('a client that comes back within ten minutes is told what was heard of it', () => {
  let now = 0
  const ledger = new InputLedger(() => now)
  ledger.attach('a', 0, false)
  ledger.take('a', 0, bytesOf('abc'))
  ledger.detach('a')
  now = LEDGER_KEEP_MS
  assert.equal(ledger.attach('a', 5, true), 3)
})

test('a client that was away for longer has its unconfirmed input dropped, not typed twice', () => {
  let now = 0
  const ledger = new InputLedger(() => now)
  ledger.attach('a', 0, false)
  ledger.take('a', 0, bytesOf('abc'))
  ledger.detach('a')
  now = LEDGER_KEEP_MS + 1
  assert.equal(ledger.attach('a', 5, true), 5)
})

test('beyond the limit the longest absent are forgotten and the attached are not', () => {
  const ledger = new InputLedger(() => 0, { clients: 2 })
  ledger.attach('attached', 0, false)
  ledger.take('attached', 0, bytesOf('a'))
  for (const client of ['b', 'c', 'd']) {
    ledger.attach(client, 0, false)
    ledger.take(client, 0, bytesOf('x'))
    ledger.detach(client)
  }
  assert.equal(ledger.heard('attached'), 1)
  assert.equal(ledger.heard('b'), 0)
  assert.equal(ledger.heard('d'), 1)
})
