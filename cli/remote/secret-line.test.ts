import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretLine } from './secret-line.ts'

function typed(...pieces: readonly string[]) {
  const line = new SecretLine()
  const states = pieces.map((piece) => line.feed(piece))
  return { state: states.at(-1), text: line.text }
}

test('what is typed until Enter is the secret, a key or a paste at a time', () => {
  assert.deepEqual(typed('s', 'e', 'c', '\r'), { state: 'done', text: 'sec' })
  assert.deepEqual(typed('pässwörd 🔑\r'), { state: 'done', text: 'pässwörd 🔑' })
  assert.deepEqual(typed('sec', '\x04'), { state: 'done', text: 'sec' })
  assert.deepEqual(typed('sec'), { state: 'typing', text: 'sec' })
})

test('a mistake is taken back, a letter or all of it, and Ctrl-C gives up', () => {
  assert.deepEqual(typed('wrong\x15right\x7f\x7fht!\x08\r'), { state: 'done', text: 'right' })
  assert.deepEqual(typed('🔑\x7fx\r'), { state: 'done', text: 'x' })
  assert.equal(typed('sec\x03').state, 'cancelled')
})

test('keys that are no text type nothing', () => {
  assert.deepEqual(typed('a\x1b[Db\x1bOHc\x1b[3~\x01d\r'), { state: 'done', text: 'abcd' })
})

test('a paste keeps its lines, however it is cut, and only Enter after it ends it', () => {
  const key = '-----BEGIN-----\nabc\n-----END-----\n'
  const paste = `\x1b[200~${key.replaceAll('\n', '\r')}\x1b[201~`
  assert.deepEqual(typed(paste, '\r'), { state: 'done', text: key })
  assert.deepEqual(typed(...paste, '\r'), { state: 'done', text: key })
  assert.equal(typed(paste).state, 'typing')
})

test('of a paste that the terminal does not tell, what is behind the first line is nobody’s command', () => {
  assert.deepEqual(typed('first\rsecond\r'), { state: 'done', text: 'first' })
})
