import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Space } from '#protocol/api/spaces.ts'
import { fits, parseFilter, withTerm } from './filter.ts'

const space = {
  name: 'api-server',
  owner: { id: 'u1', name: 'ada' },
  template: { id: 't1', name: 'Node', versionId: 'v', version: 1 },
  state: 'running',
  host: { id: 'h', name: 'rack-1' },
} as unknown as Space

const fitsText = (text: string, myId = 'u1') => fits(space, parseFilter(text), myId)

test('every word and pair must fit', () => {
  assert.ok(fitsText(''))
  assert.ok(fitsText('api node'))
  assert.ok(fitsText('owner:me status:run template:node host:rack'))
  assert.ok(!fitsText('api python'))
  assert.ok(!fitsText('status:stopped'))
})

test('me is whoever asks', () => {
  assert.ok(!fitsText('owner:me', 'u2'))
  assert.ok(fitsText('owner:ada', 'u2'))
})

test('a minus turns a word or a pair around', () => {
  assert.ok(fitsText('-owner:bob'))
  assert.ok(!fitsText('-status:running'))
  assert.deepEqual(parseFilter('-'), [{ value: '-', not: false }])
})

test('what is no known key is an ordinary word', () => {
  assert.deepEqual(parseFilter('foo:bar'), [{ value: 'foo:bar', not: false }])
})

test('a key that still lacks its value hides nothing', () => {
  assert.ok(fitsText('owner:'))
})

test('a quick filter replaces its own key and leaves the rest', () => {
  assert.equal(withTerm('web  status:failed', 'status', 'running'), 'web status:running')
  assert.equal(withTerm('web status:failed', 'status', undefined), 'web')
})
