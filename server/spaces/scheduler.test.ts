import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SpaceId } from '#protocol/ids.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { type Clock, systemClock } from '../clock.ts'
import { FakeEngine } from './testing/fake-engine.ts'
import { ada, openStage, type Stage, soon } from './testing/stage.ts'

/** A clock that the test sets on, and whose waits are short. */
class HastyClock implements Clock {
  aheadMs = 0
  /** Waits that have begun. */
  waits = 0

  nowMs(): number {
    return systemClock.nowMs() + this.aheadMs
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.aheadMs
  }

  async delay(ms: number, signal?: AbortSignal): Promise<void> {
    this.waits++
    await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})
  }

  /** To the next time that is so late in an hour. */
  setTo(minute: number): void {
    const now = new Date(this.nowMs())
    now.setUTCMinutes(minute, 1, 0)
    if (now.getTime() <= this.nowMs()) now.setUTCHours(now.getUTCHours() + 1)
    this.aheadMs += now.getTime() - this.nowMs()
  }
}

const hours = (minute: string) =>
  Array.from({ length: 24 }, (_, hour) => `"${hour}:${minute}"`).join(', ')
const source = `
name: T
schedule: { start: [${hours('10')}], stop: [${hours('40')}] }
services: { main: { image: debian } }
`

describe('a schedule', () => {
  let clock: HastyClock
  let stage: Stage
  let id: SpaceId

  beforeEach(async () => {
    clock = new HastyClock()
    clock.setTo(20)
    stage = await openStage({ engine: new FakeEngine(), clock })
    await stage.spaces.start()
    const { id: templateId } = await stage.template(source)
    id = await stage.create(templateId)
    await stage.reaches(id, 'running')
  })
  afterEach(() => stage.close())

  it('stops a space and starts it again, says so, and is shown with the space', async () => {
    clock.setTo(41)
    await stage.reaches(id, 'stopped')
    clock.setTo(12)
    const space = await stage.reaches(id, 'running')
    assert.equal(space.schedule?.stop[0], '00:40')
    const steps = await stage.spaces.timeline(id)
    const told = steps.filter(({ step }) => step === 'schedule').map(({ text }) => text)
    assert.deepEqual(told, ['Stop it on schedule', 'Start it on schedule'])
  })

  it('is switched off and on for one space, says what comes next, and makes nothing good', async () => {
    const shown = () => stage.spaces.show(id)?.schedule
    assert.deepEqual([shown()?.isOn, shown()?.next?.do], [true, 'stop'])
    const stopAt = new Date(clock.nowMs())
    stopAt.setUTCMinutes(40, 0, 0)
    assert.equal(shown()?.next?.at, stopAt.toISOString())
    await stage.spaces.schedule(ada, id, false)
    await stage.spaces.schedule(ada, id, false)
    assert.deepEqual([shown()?.isOn, shown()?.next], [false, undefined])
    clock.setTo(41)
    const seen = clock.waits
    await eventually(() => clock.waits > seen + 10, soon('that it was looked at'))
    assert.equal(stage.spaces.show(id)?.desired, 'running')
    await stage.spaces.schedule(ada, id, true)
    const again = clock.waits
    await eventually(() => clock.waits > again + 10, soon('that it was looked at again'))
    assert.equal(stage.spaces.show(id)?.desired, 'running', 'it was off when that was due')
    const audit = await stage.records.read('audit', { subject: id, limit: 100 })
    const switched = audit.filter(({ body }) => body.action === 'space.schedule')
    assert.deepEqual(
      switched.map(({ body }) => body.after),
      [{ schedule: 'on' }, { schedule: 'off' }],
    )
    clock.setTo(39)
    clock.setTo(41)
    await stage.reaches(id, 'stopped')
    assert.equal(shown()?.next?.do, 'start')
  })

  it('cannot be switched where the template has none', async () => {
    const { id: templateId } = await stage.template('name: N\nservices: {main: {image: debian}}')
    const plain = await stage.create(templateId, 'plain')
    await assert.rejects(stage.spaces.schedule(ada, plain, false), { code: 'not_found' })
    assert.equal(stage.spaces.show(plain)?.schedule, undefined)
  })

  it('leaves a space alone that somebody wished for since', async () => {
    clock.setTo(41)
    await stage.reaches(id, 'stopped')
    await stage.spaces.want(ada, id, 'running')
    await stage.reaches(id, 'running')
    clock.setTo(59)
    const { waits } = clock
    await eventually(() => clock.waits > waits + 10, soon('that it was looked at again'))
    assert.equal(stage.spaces.show(id)?.state, 'running')
  })

  it('is made good for an hour by a peer that comes back', async () => {
    await stage.spaces.close()
    clock.setTo(45)
    await stage.reopen()
    await stage.reaches(id, 'stopped')
  })
})
