import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nameToText, onDisk, textToBytes } from './name.ts'

test('a name of any bytes comes back from its text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const text = nameToText(Buffer.from(bytes))
      assert.ok(text.isWellFormed())
      assert.deepEqual(textToBytes(text), Buffer.from(bytes))
    }),
  )
})

test('an ordinary name is its own text, and what uses the private range is told apart', () => {
  assert.equal(nameToText(Buffer.from('grün 🪿\n.txt')), 'grün 🪿\n.txt')
  assert.equal(onDisk('grün'), 'grün')
  assert.equal(nameToText(Buffer.of(0x61, 0xff)), 'a\uefff')
  const sly = Buffer.from('a\uefff')
  assert.notEqual(nameToText(sly), 'a\uefff')
  assert.deepEqual(onDisk(nameToText(sly)), sly)
})
