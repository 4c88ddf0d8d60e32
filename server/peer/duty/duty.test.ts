import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { eventually } from '../../../tests/support/eventually.ts'
import { World } from '../../../tests/support/http/world.ts'
import { systemClock as clock, systemRandom as random } from '../../clock.ts'
import { createLog } from '../../log.ts'
import type { Program } from '../../supervisor/program.ts'
import { Duty } from './duty.ts'
import { type PeerWish, wishChanges } from './wish.ts'

const SELF = 'peer-a'
const log = createLog({ level: 'error', name: 'test' })
let world: World
let duty: Duty | undefined
let program: Program
let calls: string[]
let alone: boolean
let left: number

before(async () => {
  world = await World.open()
})
after(async () => {
  await duty?.close()
  await world.close()
})
beforeEach(async () => {
  await duty?.close()
  ;[program, calls, alone, left] = [{ current: '/one' }, [], false, 2]
})

function begin(): void {
  const { records, live } = world
  duty = new Duty({
    ...{ records, live, clock, log, self: SELF, versions: undefined },
    departing: {
      drain: () => void calls.push('drain'),
      undrain: () => void calls.push('undrain'),
      get left() {
        return left
      },
    },
    program: {
      read: () => program,
      write: (next) => {
        program = next
      },
    },
    startAnew: () => void calls.push('anew'),
    isAlone: () => alone,
    ready: Promise.resolve(),
  })
}

async function want(wish: Partial<PeerWish>): Promise<void> {
  const whole = { isAway: false, since: '', by: { id: 'u', name: 'ada' }, ...wish }
  await world.records.transact((view) => ({
    changes: wishChanges(view, SELF, whole, { clock, random }),
    result: undefined,
  }))
}

const within = (what: string) => ({ what, timeoutMs: 10_000 })
const said = () => world.live.get('duty', SELF)

test('a wish that was there before the peer is carried out, and who is still there is told', async () => {
  await want({ isAway: true })
  begin()
  await eventually(() => said()?.state === 'away' && said()?.left === 2, within('its word'))
  left = 0
  await eventually(() => said()?.left === 0, within('the last to leave'))
  await want({ isAway: false })
  await eventually(() => said()?.state === 'serving', within('its return'))
  assert.deepEqual(calls, ['drain', 'undrain'])
})

test('the last peer that is there serves, whatever is wanted', async () => {
  await want({ isAway: true })
  begin()
  await eventually(() => calls.length === 1, within('its going'))
  alone = true
  await eventually(() => calls.length === 2, within('its return'))
  alone = false
  await eventually(() => calls.length === 3, within('its going again'))
  assert.deepEqual(calls, ['drain', 'undrain', 'drain'])
  await want({ isAway: false })
})

test('a restart is carried out once, whatever else changes', async () => {
  begin()
  await want({ restart: { id: 'w1' } })
  await eventually(() => calls.includes('anew'), within('the restart'))
  assert.deepEqual(program, { current: '/one', wish: 'w1' })
  assert.equal(said()?.state, 'restarting')
  await duty?.close()
  begin()
  await want({ restart: { id: 'w1' }, isAway: true })
  await eventually(() => said()?.state === 'away', within('the next process'))
  assert.deepEqual(calls, ['anew', 'drain'])
  assert.equal(said()?.wish, 'w1')
  await want({})
})

test('a version that the machine does not have is refused with the reason, and the peer serves on', async () => {
  begin()
  await want({ restart: { id: 'w2', to: '9.9.9' } })
  await eventually(() => said()?.failed !== undefined, within('its refusal'))
  assert.match(said()?.failed ?? '', /--versions is not set/)
  assert.equal(said()?.wish, 'w2')
  await want({ restart: { id: 'w3', back: true } })
  await eventually(() => said()?.wish === 'w3', within('the next refusal'))
  assert.match(said()?.failed ?? '', /no version was run here before/)
  assert.deepEqual(calls, [])
})
