import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import { createHosts } from './hosts.ts'
import { Networks } from './network.ts'
import type { Range } from './runtime/subnets.ts'
import { FakeEngine } from './testing/fake-engine.ts'

function networks(engine: FakeEngine, pool = '10.213.0.0/26', routes: readonly Range[] = []) {
  const all = new Networks({ engine, cluster: 'c', pool, routes: () => Promise.resolve(routes) })
  const hosts = createHosts()
  return (spaceId: string) => hosts.act(newId<'host'>(), (owner) => all.ensure(owner, spaceId))
}

it('spaces that start at once get different subnets, and one space always the same', async () => {
  const ensure = networks(new FakeEngine())
  const subnets = await Promise.all(['a', 'b', 'c', 'a'].map(ensure))
  assert.deepEqual(subnets, ['10.213.0.0/28', '10.213.0.16/28', '10.213.0.32/28', '10.213.0.0/28'])
})

it('a subnet that the engine refuses is left out from then on', async () => {
  const engine = new FakeEngine()
  let refusals = 0
  engine.before = (call) => {
    if (call !== 'createNetwork' || ++refusals > 1) return
    throw new SkeinError('engine_refused', { reason: 'Pool overlaps with other one', status: 403 })
  }
  const ensure = networks(engine)
  assert.equal(await ensure('a'), '10.213.0.16/28')
  assert.equal(await ensure('b'), '10.213.0.32/28')
})

it('another refusal is not hidden, and does not stop the next space', async () => {
  const engine = new FakeEngine()
  const ensure = networks(engine)
  engine.before = (call) => {
    if (call === 'createNetwork')
      throw new SkeinError('engine_refused', { reason: 'no', status: 500 })
  }
  await assert.rejects(ensure('a'), { code: 'engine_refused' })
  engine.before = () => undefined
  assert.equal(await ensure('b'), '10.213.0.0/28')
})

it('a pool that is used up says so', async () => {
  const ensure = networks(new FakeEngine(), '10.213.0.0/28')
  await ensure('a')
  await assert.rejects(ensure('b'), { code: 'no_subnet' })
})
