import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { addressIn } from './address.ts'
import type { ContainerDetail } from './runtime/engine.ts'
import { labels, networkName } from './runtime/names.ts'

const spaceId = newId<'space'>()
const of = { cluster: 'c', spaceId, epoch: 2 }
const endpoint = { id: 'e', address: '10.213.0.2', gateway: '10.213.0.1' }
const running: ContainerDetail = {
  id: 'id',
  state: 'running',
  labels: { [labels.cluster]: 'c', [labels.space]: spaceId, [labels.epoch]: '2' },
  createdAtMs: 0,
  exitCode: 0,
  outOfMemory: false,
  error: '',
  health: 'none',
  mounts: [],
  startedAt: '2026-01-01T00:00:00Z',
  endpoints: { [networkName(spaceId)]: endpoint },
}
const look = (more: Partial<ContainerDetail>) => addressIn({ ...running, ...more }, of)

test('a running container’s address is the one in its space’s own network', () => {
  const { address, gateway } = look({}) ?? {}
  assert.deepEqual({ address, gateway }, { address: '10.213.0.2', gateway: '10.213.0.1' })
})

test('a container of another start, space or cluster has none, nor one that does not run or has no network', () => {
  for (const label of [labels.cluster, labels.space, labels.epoch]) {
    assert.equal(look({ labels: { ...running.labels, [label]: '1' } }), undefined, label)
  }
  assert.equal(look({ state: 'paused' }), undefined)
  assert.equal(look({ startedAt: '' }), undefined)
  assert.equal(look({ endpoints: { bridge: endpoint } }), undefined)
  for (const key of ['id', 'address', 'gateway']) {
    const endpoints = { [networkName(spaceId)]: { ...endpoint, [key]: '' } }
    assert.equal(look({ endpoints }), undefined, key)
  }
})

test('whoever was started or connected anew holds the address by another right', () => {
  const before = look({})?.hold
  assert.equal(look({})?.hold, before)
  assert.notEqual(look({ startedAt: '2026-01-01T00:00:01Z' })?.hold, before)
  assert.notEqual(look({ id: 'other' })?.hold, before)
  const endpoints = { [networkName(spaceId)]: { ...endpoint, id: 'f' } }
  assert.notEqual(look({ endpoints })?.hold, before)
})
