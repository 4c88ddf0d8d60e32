import assert from 'node:assert/strict'
import { it } from 'node:test'
import { newId, type SpaceId } from '#protocol/ids.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { Lanes, type PassWork, type Verdict } from './lanes.ts'

const silent = { info() {}, warn() {}, error() {} }
const rest: Verdict = { come: 'when touched' }
const soon = { timeoutMs: 2000, what: 'the pass' }

function lanes(work: PassWork, maxPasses?: number) {
  const clock = new TestClock()
  return { clock, lanes: new Lanes({ work, clock, log: silent, ...(maxPasses && { maxPasses }) }) }
}

it('passes of one space never overlap, and a touch during one makes one more', async () => {
  let running = 0
  let passes = 0
  const gates: (() => void)[] = []
  const { lanes: all } = lanes(async () => {
    assert.equal(++running, 1)
    await new Promise<void>((open) => gates.push(open))
    running--
    passes++
    return rest
  })
  const id = newId<'space'>()
  for (let at = 0; at < 5; at++) all.touch(id)
  await eventually(() => gates.length === 1, soon)
  all.touch(id)
  all.touch(id)
  gates[0]?.()
  await eventually(() => gates.length === 2, soon)
  gates[1]?.()
  await eventually(() => passes === 2, soon)
  await all.close()
})

it('different spaces run side by side, up to the bound', async () => {
  const gates: (() => void)[] = []
  const { lanes: all } = lanes(async () => {
    await new Promise<void>((open) => gates.push(open))
    return rest
  }, 2)
  for (let at = 0; at < 3; at++) all.touch(newId<'space'>())
  await eventually(() => gates.length === 2, soon)
  gates[0]?.()
  await eventually(() => gates.length === 3, soon)
  for (const open of gates) open()
  await all.close()
})

it('a pass that fails is made again later and later, and at once when touched', async () => {
  let passes = 0
  const { lanes: all, clock } = lanes(() => {
    passes++
    return Promise.reject(new Error('no'))
  })
  const id = newId<'space'>()
  all.touch(id)
  await eventually(() => clock.waiting === 1, soon)
  await clock.advance(499)
  assert.equal(passes, 1)
  await clock.advance(1)
  assert.equal(passes, 2)
  await eventually(() => clock.waiting === 1, soon)
  await clock.advance(999)
  assert.equal(passes, 2)
  all.touch(id)
  await eventually(() => passes === 3, soon)
  await all.close()
})

it('an interrupt ends what the pass waits for, and makes one more', async () => {
  let passes = 0
  const { lanes: all } = lanes((_, signal) => {
    if (++passes > 1) return Promise.resolve(rest)
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  })
  const id: SpaceId = newId<'space'>()
  all.touch(id)
  await eventually(() => passes === 1, soon)
  all.touch(id)
  assert.equal(passes, 1)
  all.interrupt(id)
  await eventually(() => passes === 2, soon)
  await all.close()
})

it('closing ends passes and pauses, and nothing runs afterwards', async () => {
  let passes = 0
  const { lanes: all, clock } = lanes(() => {
    passes++
    return Promise.resolve({ come: 'later', inMs: 1000 })
  })
  all.touch(newId<'space'>())
  await eventually(() => clock.waiting === 1, soon)
  await all.close()
  all.touch(newId<'space'>())
  await clock.advance(5000)
  assert.equal(passes, 1)
})
