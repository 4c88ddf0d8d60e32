import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { readToken, type SessionClaims, signToken } from './token.ts'

const key = Buffer.alloc(32, 1)
const claims: SessionClaims = {
  sessionId: newId<'session'>(),
  birthDot: { origin: 'o', seq: 7 },
  userId: newId<'user'>(),
  userEpoch: 3,
  exp: 1000,
}

test('a token gives its claims back until it expires', () => {
  const token = signToken(claims, key)
  assert.deepEqual(readToken(token, key, 999), claims)
  assert.equal(readToken(token, key, 1000), undefined)
})

test('a token that was changed anywhere, or signed by another key, is none', () => {
  const token = signToken(claims, key)
  for (let i = 0; i < token.length; i++) {
    const other = token[i] === 'A' ? 'Q' : 'A'
    const changed = token.slice(0, i) + other + token.slice(i + 1)
    // The last character of base64 carries unused bits; a decoder may give the same bytes for two of them.
    const same = readToken(changed, key, 0)
    if (i < token.length - 1) assert.equal(same, undefined, `at ${i}`)
  }
  assert.equal(readToken(signToken(claims, Buffer.alloc(32, 2)), key, 0), undefined)
})

test('what is no token at all is none', () => {
  const [, payload] = signToken(claims, key).split('.')
  for (const text of [
    '',
    '.',
    'v1..',
    `v1.${payload}`,
    `v1.${payload}.`,
    `v2.${payload}.x`,
    'x'.repeat(5000),
  ]) {
    assert.equal(readToken(text, key, 0), undefined, text.slice(0, 40))
  }
})
