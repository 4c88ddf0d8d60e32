import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { TestClock } from '../../../tests/support/clock.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { createHosts } from '../hosts.ts'
import type { Owner } from '../owner.ts'
import { FakeEngine } from '../testing/fake-engine.ts'
import { soon } from '../testing/stage.ts'
import { AgentVolume } from './agent-volume.ts'

describe('the agent’s volume', () => {
  let engine: FakeEngine
  let clock: TestClock
  beforeEach(() => {
    engine = new FakeEngine()
    clock = new TestClock(1_000_000)
  })

  const volume = (version: string, cluster = 'c') =>
    new AgentVolume({ engine, clock, folder: { path: '/', version, files: [] }, cluster })
  const act = <T>(work: (owner: Owner) => Promise<T>) => createHosts().act(newId<'host'>(), work)
  const puts = () => engine.calls.filter((call) => call === 'putArchive').length
  const names = () => [...engine.containers.values()].map(({ name }) => name)

  it('is filled once for a version, however often it is asked for', async () => {
    const first = volume('1')
    await act((owner) => Promise.all([first.ensure(owner), first.ensure(owner)]))
    await act((owner) => volume('1').ensure(owner))
    assert.equal(puts(), 1)
    assert.deepEqual(names(), ['skein-agent-1-filled'])
  })

  it('that another peer fills is waited for', async () => {
    const gate = Promise.withResolvers<void>()
    engine.before = (call) => (call === 'putArchive' ? gate.promise : undefined)
    const filling = act((owner) => volume('1').ensure(owner))
    await eventually(() => engine.calls.includes('putArchive'), soon('filling'))
    for (const container of engine.containers.values()) container.createdAtMs = clock.nowMs()
    const waiting = act((owner) => volume('1').ensure(owner))
    await eventually(() => clock.waiting === 1, soon('waiting'))
    gate.resolve()
    await filling
    await clock.advance(1000)
    await waiting
    assert.equal(puts(), 1)
  })

  it('whose filler died is filled by the next after a while', async () => {
    engine.before = (call) => {
      if (call === 'putArchive' || call === 'removeContainer') throw new Error('died')
    }
    await assert.rejects(act((owner) => volume('1').ensure(owner)))
    engine.before = () => undefined
    for (const container of engine.containers.values()) container.createdAtMs = clock.nowMs()
    const next = act((owner) => volume('1').ensure(owner))
    await eventually(() => clock.waiting === 1, soon('waiting'))
    await clock.advance(29_000)
    assert.deepEqual(names(), ['skein-agent-1-filling'])
    await clock.advance(2000)
    await next
    assert.deepEqual(names(), ['skein-agent-1-filled'])
  })

  it('that someone removed is filled again', async () => {
    const one = volume('1')
    await act((owner) => one.ensure(owner))
    engine.containers.clear()
    await act((owner) => one.ensure(owner))
    assert.deepEqual([puts(), names()], [2, ['skein-agent-1-filled']])
  })

  it('that failed to fill is tried again when it is asked for again', async () => {
    engine.before = (call) => {
      if (call === 'putArchive') throw new Error('disk full')
    }
    const one = volume('1')
    await assert.rejects(
      act((owner) => one.ensure(owner)),
      /disk full/,
    )
    engine.before = () => undefined
    await act((owner) => one.ensure(owner))
    assert.deepEqual(names(), ['skein-agent-1-filled'])
  })

  it('of an older version goes when no container mounts it any more', async () => {
    await act((owner) => volume('1').ensure(owner))
    const spec = { Image: 'debian', Env: [], HostConfig: {}, Labels: { 'dev.skein.agent': '1' } }
    const id = await act((owner) => engine.createContainer(owner, 'user', spec))
    const newer = volume('2')
    await act((owner) => newer.ensure(owner))
    await act((owner) => newer.removeOld(owner))
    assert.deepEqual(names(), ['skein-agent-1-filled', 'user', 'skein-agent-2-filled'])
    engine.vanish(id)
    await act((owner) => newer.removeOld(owner))
    assert.deepEqual(names(), ['skein-agent-2-filled'])
  })

  it('that another cluster left behind goes after a day, filled or half filled', async () => {
    await act((owner) => volume('1', 'gone').ensure(owner))
    engine.before = (call) => {
      if (call === 'renameContainer' || call === 'removeContainer') throw new Error('died')
    }
    await assert.rejects(act((owner) => volume('2', 'gone').ensure(owner)))
    engine.before = () => undefined
    for (const container of engine.containers.values()) container.createdAtMs = clock.nowMs()
    const newer = volume('3')
    await act((owner) => newer.ensure(owner))
    await act((owner) => newer.removeOld(owner))
    assert.equal(names().length, 3)
    await clock.advance(24 * 60 * 60 * 1000)
    await act((owner) => newer.removeOld(owner))
    assert.deepEqual(names(), ['skein-agent-3-filled'])
  })
})
