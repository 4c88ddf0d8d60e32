import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { newId, type SpaceId } from '#protocol/ids.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { quietLog } from '../../tests/support/rows.ts'
import { systemClock, systemRandom } from '../clock.ts'
import { openRecords, type ReplicatedRecords } from '../records/open.ts'
import { openMemoryStore } from '../store/memory.ts'
import { placing } from './placer.ts'
import { FakeEngine } from './testing/fake-engine.ts'
import { ada, openStage, type Stage, soon } from './testing/stage.ts'

let engine: FakeEngine
let stage: Stage

beforeEach(async () => {
  engine = new FakeEngine()
  stage = await openStage({ engine })
  await stage.spaces.start()
})
afterEach(() => stage.close())

async function running(): Promise<SpaceId> {
  const id = await stage.create((await stage.template()).id)
  await stage.reaches(id, 'running')
  return id
}

async function goAway(): Promise<void> {
  engine.before = () => {
    throw new SkeinError('engine_unreachable', { reason: 'unplugged' })
  }
  engine.hangUp()
  const hostId = stage.records.list('host')[0]?.id ?? ''
  await eventually(() => stage.live.get('host', hostId)?.state === 'unreachable', soon('noticed'))
}

const left = () => engine.spaceContainers().length + engine.networks.size + engine.volumes.size
const empty = () => eventually(() => left() === 0, soon('nothing is left'))

describe('a space whose host is away', () => {
  it('says who must act, since when, and what is asked for', async () => {
    const before = Date.now()
    const id = await running()
    assert.equal(stage.spaces.show(id)?.waiting, undefined)
    await goAway()
    await stage.spaces.want(ada, id, 'stopped')
    const { waiting, state } = stage.spaces.show(id) ?? assert.fail()
    assert.equal(state, 'running')
    assert.deepEqual([waiting?.for, waiting?.wish], ['engine', 'stop'])
    assert.deepEqual([waiting?.host?.name, waiting?.peer?.name], ['fake', 'stage'])
    assert.match(waiting?.reason ?? '', /^fake: The Docker engine does not answer/)
    assert.ok(Date.parse(waiting?.since ?? '') >= before)
  })

  it('is stopped when the host is back', async () => {
    const id = await running()
    await goAway()
    await stage.spaces.want(ada, id, 'stopped')
    engine.before = () => undefined
    await stage.reaches(id, 'stopped')
    assert.equal(stage.spaces.show(id)?.waiting, undefined)
  })

  it('can be forgotten; what is on the host goes when that is back, and only that', async () => {
    const id = await running()
    const spec = { ...engine.spaceContainers()[0]?.spec }
    const labels = { ...spec.Labels, 'dev.skein.space': newId() }
    const stranger = { ...engine.spaceContainers()[0], id: 'stranger', name: 'stranger' }
    engine.containers.set('stranger', { ...stranger, spec: { ...spec, Labels: labels } } as never)
    await goAway()
    await stage.spaces.forget(ada, id)
    assert.equal(stage.spaces.show(id), undefined)
    assert.ok(stage.unlinked.includes(id))
    assert.equal(stage.records.holder(`space:${ada.id}/box`), undefined)
    engine.before = () => undefined
    await eventually(() => left() === 1, soon('what is left of it goes'))
    assert.equal(engine.containers.get('stranger')?.state, 'running')
  })

  it('that answers again is not forgotten', async () => {
    const id = await running()
    await assert.rejects(stage.spaces.forget(ada, id), { code: 'space_not_waiting' })
    assert.equal(stage.spaces.show(id)?.state, 'running')
  })
})

it('a space that was forgotten elsewhere leaves a host that was never away', async () => {
  const id = await running()
  const target = { kind: 'space', id, name: 'box' }
  const body = { actor: ada, action: 'space.forget', target }
  await stage.records.transact(() => ({
    changes: [
      { op: 'delete', kind: 'space', id },
      { op: 'append', stream: 'audit', subject: id, body },
    ],
    result: undefined,
  }))
  await empty()
})

it('a space that came to be placed on another host leaves this one, but for its volumes', async () => {
  const id = await running()
  const info = { ...stage.records.list('host')[0]?.groups.info, engineId: 'another' }
  const other = newId<'host'>()
  const value = { hostId: other, subnet: '' }
  await stage.records.transact(
    () => ({
      changes: [
        { op: 'create', kind: 'host', id: other, groups: { info: info as never } },
        { op: 'set', kind: 'space', id, group: 'placement', value },
      ],
      result: undefined,
    }),
    placing,
  )
  await stage.reopen()
  await eventually(() => left() === 1, soon('its container and network go'))
  assert.equal(engine.volumes.size, 1)
  assert.equal(stage.spaces.show(id)?.waiting?.for, 'driver')
})

it('a space that another peer placed on another host and wished anew at once leaves this one', async () => {
  const id = await running()
  const { records } = stage
  const there = await openRecords({
    store: openMemoryStore(),
    clock: systemClock,
    random: systemRandom,
    log: quietLog,
  })
  await pull(there, records)
  const { desired } = there.get('space', id)?.groups ?? {}
  if (desired === undefined) throw new Error('there is nothing wanted of it')
  const info = { ...records.list('host')[0]?.groups.info, engineId: 'another' }
  const other = newId<'host'>()
  await systemClock.delay(2)
  await there.transact(
    () => ({
      changes: [
        { op: 'create', kind: 'host', id: other, groups: { info: info as never } },
        {
          ...{ op: 'set', kind: 'space', id, group: 'placement' },
          value: { hostId: other, subnet: '' },
        },
        { op: 'set', kind: 'space', id, group: 'desired', value: desired },
      ],
      result: undefined,
    }),
    placing,
  )
  await pull(records, there)
  await eventually(() => left() === 1, soon('its container and network go'))
  assert.equal(engine.volumes.size, 1)
  await there.close()
})

/** Everything that one side has and the other does not. */
async function pull(to: ReplicatedRecords, from: ReplicatedRecords): Promise<void> {
  const spans = to.replica.heard().missingFrom(from.replica.heard())
  await to.replica.merge(await from.replica.collect(spans, 1e6))
}

describe('a space for which there is no host yet', () => {
  it('waits, and says so; it is placed when one is there', async () => {
    await stage.close()
    stage = await openStage({ engine })
    const id = await stage.create((await stage.template()).id)
    const { waiting, host } = stage.spaces.show(id) ?? assert.fail()
    assert.deepEqual([waiting?.for, waiting?.wish, host], ['placement', 'start', undefined])
    await stage.spaces.start()
    await stage.reaches(id, 'running')
    const texts = (await stage.spaces.timeline(id)).map(({ text }) => text).slice(0, 2)
    assert.deepEqual(texts, [
      'It waits for a host: no host is known yet',
      'Placed on fake: it is the only host',
    ])
  })

  it('is gone when it shall be, without any', async () => {
    await stage.close()
    stage = await openStage({ engine })
    engine.before = () => {
      throw new SkeinError('engine_unreachable', { reason: 'unplugged' })
    }
    await stage.spaces.start()
    const id = await stage.create((await stage.template()).id)
    await stage.spaces.want(ada, id, 'deleted')
    await stage.gone(id)
    assert.equal(stage.records.holder(`space:${ada.id}/box`), undefined)
  })
})

it('a space that no host can take is refused, with what each lacks', async () => {
  const source = 'name: T\nplacement: {zone: moon}\nservices: {main: {image: debian}}'
  const { id: templateId } = await stage.template(source)
  await assert.rejects(stage.create(templateId), {
    code: 'no_host_fits',
    details: { reasons: 'fake: it is in no zone, and moon is asked for' },
  })
  const preview = stage.spaces.preview(templateId, {})
  assert.equal(preview.isRefused, true)
  assert.deepEqual(
    preview.hosts.map(({ name, misfit }) => [name, misfit]),
    [['fake', 'it is in no zone, and moon is asked for']],
  )
})

it('a wish that is sent again is that wish, also when another came between', async () => {
  const id = await running()
  const intentId = newId<'intent'>()
  await stage.spaces.want(ada, id, 'restart', intentId)
  const { generation } = stage.records.get('space', id)?.groups.desired ?? assert.fail()
  assert.equal((await stage.spaces.want(ada, id, 'restart', intentId)).intentId, intentId)
  await stage.spaces.want(ada, id, 'stopped')
  await stage.spaces.want(ada, id, 'restart', intentId)
  const { desired } = stage.records.get('space', id)?.groups ?? assert.fail()
  assert.deepEqual([desired?.state, desired?.generation], ['stopped', generation + 1])
})
