import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imagesOf } from './images.ts'

test('each image is named once, without quotes or remarks', () => {
  const source = `services:
  dev:
    image: "node:24" # the newest
  db:
    image: postgres:17
  other:
    image: node:24
# image: old:1
`
  assert.deepEqual(imagesOf(source), ['node:24', 'postgres:17'])
})
