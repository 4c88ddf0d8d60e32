// Values in statements: nothing becomes SQL, and everything comes back as it was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { failureOf } from './failure.ts'
import { packed } from './script.ts'
import { anyOf, literal, sql, tuples } from './sql.ts'

test('whatever is written stands in a statement as digits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const written = literal(text)
      assert.match(written, /^X'[0-9a-f]*'$/)
      const bytes = Buffer.from(written.slice(2, -1), 'hex')
      assert.equal(bytes.toString(), Buffer.from(text).toString())
    }),
  )
})

test('numbers that a database would round, and those below nought, are no values', () => {
  assert.equal(literal(2n ** 63n), '9223372036854775808')
  assert.equal(literal(null), 'NULL')
  for (const wrong of [1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
    assert.throws(() => literal(wrong), TypeError)
  }
  assert.throws(() => literal(-1n), TypeError)
})

test('statements are made of texts and values', () => {
  assert.equal(sql`SELECT ${1}, ${"'"} FROM a`, "SELECT 1, X'27' FROM a")
  assert.equal(sql`SELECT 1`, 'SELECT 1')
  assert.equal(
    tuples([
      [1, 'a'],
      [2, null],
    ]),
    "(1,X'61'),(2,NULL)",
  )
  assert.equal(
    anyOf(
      ['a', 'b'],
      [
        [1, 2],
        [3, 4],
      ],
    ),
    '(a = 1 AND b = 2) OR (a = 3 AND b = 4)',
  )
})

test('statements are sent together as far as a text may be long', () => {
  assert.deepEqual([...packed(['aa', 'bb', 'cccccccc', 'd'], 5)], ['aa;bb', 'cccccccc', 'd'])
})

test('what went wrong is known by its number', () => {
  const kinds = [1213, 1062, 1114, 1290, 1047, 1045, 1064].map(
    (errno) => failureOf(Object.assign(new Error('x'), { errno }), true).kind,
  )
  assert.deepEqual(kinds, [
    'again',
    'duplicate',
    'full',
    'readOnly',
    'notServing',
    'denied',
    'failed',
  ])
  const words = ['CERT_HAS_EXPIRED', 'ECONNRESET', 'HANDSHAKE_NO_SSL_SUPPORT'].map(
    (code) => failureOf(Object.assign(new Error('x'), { code, errno: -104 }), true).kind,
  )
  assert.deepEqual(words, ['untrusted', 'lost', 'untrusted'])
})
