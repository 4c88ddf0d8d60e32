// What spaces survive: an engine that goes away, a peer that dies at any of its calls, an agent that never comes.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { eventually } from '../../tests/support/eventually.ts'
import type { Clock } from '../clock.ts'
import { AGENT_DEADLINE_MS } from './machine.ts'
import { FakeEngine } from './testing/fake-engine.ts'
import { ada, openStage, type Stage, soon } from './testing/stage.ts'

let engine: FakeEngine
let stage: Stage

async function open(clock?: Clock, linking = true): Promise<void> {
  engine = new FakeEngine()
  stage = await openStage({ engine, linking, ...(clock && { clock }) })
  await stage.spaces.start()
}

const only = () => engine.onlyContainer()

describe('an engine that goes away', () => {
  beforeEach(() => open())
  afterEach(() => stage.close())

  it('fails no space, and is found again', async () => {
    const { id: templateId } = await stage.template()
    const id = await stage.create(templateId)
    await stage.reaches(id, 'running')
    const hostId = stage.records.list('host')[0]?.id ?? assert.fail()
    engine.before = () => {
      throw new SkeinError('engine_unreachable', { reason: 'gone' })
    }
    engine.hangUp()
    await eventually(() => stage.live.get('host', hostId)?.state === 'unreachable', soon('noticed'))
    const other = await stage.create(templateId, 'other')
    assert.equal(stage.spaces.show(id)?.state, 'running')
    engine.before = () => undefined
    await eventually(() => stage.live.get('host', hostId)?.state === 'ready', soon('found again'))
    await stage.reaches(other, 'running')
    assert.equal(stage.records.list('host').length, 1)
  })

  it('and comes back without a container tells what became of it', async () => {
    const id = await stage.create((await stage.template()).id)
    await stage.reaches(id, 'running')
    engine.containers.clear()
    engine.hangUp()
    assert.equal((await stage.reaches(id, 'failed')).failure?.code, 'container_removed')
  })
})

describe('a peer that dies', () => {
  afterEach(() => stage.close())

  it('finds its containers running, and starts none again', async () => {
    await open()
    const id = await stage.create((await stage.template()).id)
    await stage.reaches(id, 'running')
    await stage.reopen()
    await eventually(async () => (await stage.steps(id)).includes('adopt note'), soon('adopted'))
    assert.equal(stage.spaces.show(id)?.state, 'running')
    assert.equal(only().starts, 1)
  })

  it('sees what died while it was away', async () => {
    await open()
    const id = await stage.create((await stage.template()).id)
    await stage.reaches(id, 'running')
    stage.hosts.close()
    await stage.spaces.close()
    engine.exit(only().id, 1)
    await stage.reopen()
    assert.equal((await stage.reaches(id, 'failed')).failure?.code, 'container_exited')
  })

  for (const moment of ['before', 'after'] as const) {
    it(`${moment} any call of a start and a deletion leaves nothing doubled or orphaned`, async () => {
      let deathAt = 1
      while (await dyingAt(moment, deathAt)) {
        await stage.close()
        deathAt++
      }
      assert.ok(deathAt > 10, `${deathAt} calls`)
    })
  }
})

/** A peer that dies at its nth change, and another that goes on. Answers whether there were so many changes. */
async function dyingAt(moment: 'before' | 'after', deathAt: number): Promise<boolean> {
  await open()
  let calls = 0
  const dies = Promise.withResolvers<void>()
  engine[moment] = (call) => {
    if (!/^(create|start|stop|remove|rename)/.test(call) || ++calls !== deathAt) return
    stage.hosts.close()
    dies.resolve()
  }
  const { id: templateId } = await stage.template(
    'name: T\nmain: m\nservices: {m: {image: debian, volumes: ["home:/h"]}, db: {image: debian}}',
  )
  const id = await stage.create(templateId)
  const reopened = dies.promise.then(() => stage.reopen())
  await stage.reaches(id, 'running')
  assert.equal(engine.spaceContainers().length, 2, `death at call ${deathAt}`)
  await stage.spaces.want(ada, id, 'deleted')
  await stage.gone(id)
  assert.equal(engine.spaceContainers().length + engine.networks.size + engine.volumes.size, 0)
  if (calls < deathAt) return false
  await reopened
  return true
}

describe('an agent that never links', () => {
  afterEach(() => stage.close())

  it('makes the start fail, with the container’s last words, after a minute', async () => {
    const clock = new TestClock()
    await open(clock, false)
    const id = await stage.create((await stage.template()).id)
    const waits = async () => (await stage.steps(id)).includes('agent running')
    await eventually(waits, soon('it waits'))
    only().log.push('cannot dial')
    await clock.advance(AGENT_DEADLINE_MS - 1)
    assert.equal(stage.spaces.show(id)?.state, 'starting')
    await clock.advance(1)
    const space = await stage.reaches(id, 'failed')
    assert.equal(space.failure?.code, 'agent_not_linked')
    assert.deepEqual(space.failure.log, ['cannot dial'])
    assert.ok((await stage.steps(id)).includes('agent failed'))
  })
})
