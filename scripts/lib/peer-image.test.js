import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './node24.js'
import { contextOf, missingLines, PEER_IMAGE, PULLED_BASE } from './peer-image.js'

const read = (name) => readFileSync(join(root, name), 'utf8')

test('Dockerfile, docker-compose.yml and the script name the same images', () => {
  assert.ok(read('Dockerfile').includes(`ARG BASE=${PULLED_BASE}\n`))
  const compose = read('docker-compose.yml')
  assert.ok(compose.includes(`BASE: \${NODE_IMAGE:-${PULLED_BASE}}`))
  for (const [line] of compose.matchAll(/image: \S*skein\/peer\S*/g)) {
    assert.equal(line, `image: \${PEER_IMAGE:-${PEER_IMAGE}}`)
  }
})

test('what Dockerfile copies is let through, and tests are not', () => {
  const words = contextOf(read('.dockerignore'))
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
  const paths = copied.flatMap(([, names]) => names.split(' ')).map((path) => path.split('/')[0])
  for (const path of paths) assert.ok(words.includes(path), path)
  assert.ok(words.includes('--exclude=*.test.ts'))
})

test('lines of .env that are there stay', () => {
  const wanted = { DOCKER_GID: 107, NODE_IMAGE: 'skein/node:24' }
  assert.equal(missingLines('DOCKER_GID=999\n', wanted), 'NODE_IMAGE=skein/node:24\n')
  assert.equal(missingLines('', { DOCKER_GID: undefined }), '')
})
