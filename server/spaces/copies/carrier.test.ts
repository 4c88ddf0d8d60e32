// What a copy leaves on an engine: nothing, however it ends, and nothing of what others left.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHosts } from '../hosts.ts'
import type { Owner } from '../owner.ts'
import { FakeEngine } from '../testing/fake-engine.ts'
import { removeCarriers, withCarrier } from './carrier.ts'

const asOwner = <T>(work: (owner: Owner) => Promise<T>): Promise<T> =>
  createHosts().act('h' as never, work)
const volume = 'skein-s-home'

test('a copy that fails takes its container away, and the failure is told', async () => {
  const engine = new FakeEngine()
  await asOwner(async (owner) => {
    const work = () => Promise.reject(new Error('broken'))
    await assert.rejects(withCarrier({ engine, owner, cluster: 'c', volume }, work), /broken/)
    assert.equal(engine.containers.size, 0)
  })
})

test('one volume is copied once at a time', async () => {
  const engine = new FakeEngine()
  await asOwner(async (owner) => {
    const carried = { engine, owner, cluster: 'c', volume }
    const second = () => withCarrier(carried, async () => undefined)
    await withCarrier(carried, () => assert.rejects(second(), { code: 'space_busy' }))
    await second()
  })
})

test('what a killed peer left is removed by the next copy, and by the next start, of this cluster alone', async () => {
  const engine = new FakeEngine()
  await asOwner(async (owner) => {
    const leave = (cluster: string, name: string) =>
      engine.createContainer(owner, name, {
        Image: 'debian',
        Env: [],
        Labels: { 'dev.skein.cluster': cluster, 'dev.skein.service': 'volume-copy' },
        HostConfig: {},
      })
    await leave('c', `${volume}-copying`)
    await withCarrier({ engine, owner, cluster: 'c', volume }, async () => undefined)
    assert.equal(engine.containers.size, 0)
    await leave('c', 'skein-t-home-copying')
    await leave('other', 'skein-u-home-copying')
    await withCarrier({ engine, owner, cluster: 'c', volume }, () =>
      removeCarriers(engine, owner, 'c').then(() => assert.equal(engine.containers.size, 2)),
    )
    const names = [...engine.containers.values()].map(({ name }) => name)
    assert.deepEqual(names, ['skein-u-home-copying'])
  })
})
