import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { formatJoinToken, parseJoinToken } from './join-token.ts'

const token = { cluster: 'c1', secret: randomBytes(32), addresses: ['10.0.0.1:7534', '[::1]:1'] }

test('a token says what went into it', () => {
  assert.deepEqual(parseJoinToken(` ${formatJoinToken(token)}\n`), token)
})

test('half a token, another’s, and none are refused with what to do', () => {
  const whole = formatJoinToken(token)
  const other = `skein1.${Buffer.from('{"c":"x","k":"00","a":["h:1"]}').toString('base64url')}`
  for (const text of ['', 'hello', whole.slice(0, -20), whole.slice(3), other, `${whole}x`]) {
    assert.throws(() => parseJoinToken(text), { code: 'config_invalid' }, text)
  }
})
