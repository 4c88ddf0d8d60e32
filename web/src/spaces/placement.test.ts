import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacementPreview } from '#protocol/api/hosts.ts'
import { ANY_HOST, hostOptions, placementText } from './placement.ts'

const host = { isReady: true, missing: [], load: 0.1 }
const near = { ...host, id: 'n', name: 'near', zone: 'hall-1' }
const far = { ...host, id: 'f', name: 'far', isReady: false }
const both: PlacementPreview = {
  ...{ host: { id: 'n', name: 'near' }, reason: 'it is the least busy of 2', isRefused: false },
  hosts: [near, far],
}

test('a host is chosen where several could take the space, and by the server unless one says', () => {
  const values = hostOptions(both).map(({ value }) => value)
  assert.deepEqual(values, [ANY_HOST, 'f', 'n'])
  assert.match(hostOptions(both)[1]?.label ?? '', /far.*away/)
  assert.deepEqual(hostOptions({ ...both, hosts: [near, { ...far, misfit: 'no' }] }), [])
  assert.deepEqual(hostOptions(undefined), [])
})

test('the preview says where and why', () => {
  assert.deepEqual(placementText(both, ANY_HOST), {
    ...{ name: 'near', note: 'it is the least busy of 2', isRefused: false },
  })
  assert.equal(placementText(both, 'f').name, 'far')
  const { host: _, ...nowhere } = both
  const refused = placementText({ ...nowhere, reason: 'near: no', isRefused: true }, ANY_HOST)
  assert.deepEqual([refused.name, refused.isRefused], [undefined, true])
  assert.match(refused.note, /near: no/)
  assert.match(placementText({ ...nowhere, reason: 'far: away' }, ANY_HOST).note, /wait.*far: away/)
})
