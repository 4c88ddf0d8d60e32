import assert from 'node:assert/strict'
import { test } from 'node:test'
import { osc52Text } from './clipboard.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a program’s text arrives whole, whatever alphabet it is in', () => {
  assert.equal(osc52Text(`c;${base64('naïve 日本')}`), 'naïve 日本')
  assert.equal(osc52Text(`;${base64('x')}`), 'x')
})

test('asking to read, nonsense and floods write nothing', () => {
  assert.equal(osc52Text('c;?'), undefined)
  assert.equal(osc52Text('c;'), undefined)
  assert.equal(osc52Text('c;***'), undefined)
  assert.equal(osc52Text(`c;${'A'.repeat(1_000_004)}`), undefined)
})
