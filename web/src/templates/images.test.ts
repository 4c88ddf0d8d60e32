import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imagesOf, imageText } from './images.ts'

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

test('what a parameter decides is put in once it is chosen', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template's own expression
  const image = 'node:${{ param.version }}-bookworm'
  assert.equal(imageText(image, { version: 24 }), 'node:24-bookworm')
  assert.equal(imageText(image, {}), 'node:…-bookworm')
  assert.deepEqual(imagesOf(`services:\n  main:\n    image: "${image}" # why\n`), [
    'node:…-bookworm',
  ])
})
