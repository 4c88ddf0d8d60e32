import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesIn, namesProblem } from './people-text.ts'

test('names are taken however they are separated, each once', () => {
  assert.deepEqual(namesIn(' mel, @bob;ada\nMel '), ['mel', 'bob', 'ada'])
  assert.deepEqual(namesIn(' , '), [])
})

test('what cannot be sent is said by name', () => {
  assert.equal(namesProblem(['mel', 'bob']), undefined)
  assert.match(namesProblem([]) ?? '', /at least one/)
  assert.match(namesProblem(['mel', 'm_e']) ?? '', /“m_e”/)
  const many = Array.from({ length: 51 }, (_, i) => `p${i}`)
  assert.match(namesProblem(many) ?? '', /50/)
})
