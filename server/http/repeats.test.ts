import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isId, newId } from '#protocol/ids.ts'
import { repeatableIds } from './repeats.ts'

const NOW_MS = Date.now()
const key: string = newId()
const request = {
  ...{ userId: 'u', key, method: 'POST', path: '/api/v1/spaces' },
  body: Buffer.from('{"name":"a"}'),
}
const idOf = (more: Partial<typeof request> = {}, nowMs = NOW_MS) =>
  repeatableIds({ ...request, ...more }, nowMs)('space')

test('the same request makes the same ids at any peer and at any time, each thing its own', () => {
  assert.equal(idOf(), idOf({}, NOW_MS + 3_600_000))
  assert.ok(isId(idOf()))
  const ids = repeatableIds(request, NOW_MS)
  assert.notEqual(ids('space'), ids('intent'))
})

test('whatever is different about a request makes other ids', () => {
  const others = [
    { userId: 'v' },
    { key: newId() as string },
    { method: 'PUT' },
    { path: '/api/v1/users' },
    { body: Buffer.from('{"name":"b"}') },
  ]
  assert.equal(new Set([idOf(), ...others.map((more) => idOf(more))]).size, 6)
})

test('an id tells when it was made where the key does, and nobody can make one of the future', () => {
  const time = (id: string) => id.slice(0, 13)
  assert.equal(time(idOf()), time(key))
  assert.equal(time(idOf({ key: 'my-own-key' })), '00000000-0000')
  assert.equal(time(idOf({ key: 'ffffffff-ffff-7000-8000-000000000000' })), '00000000-0000')
})
