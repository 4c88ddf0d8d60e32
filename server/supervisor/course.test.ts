import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Act,
  advance,
  type Course,
  firstStep,
  type Happening,
  MAX_FIRST_STARTS,
  SERVING_FAILURES,
} from './course.ts'
import { ExitStatus } from './exit.ts'

const MOST_PAUSE_MS = 10_000
const died = (ranMs = 50, status = 1): Happening => ({ type: 'exited', status, ranMs })
const over: Happening = { type: 'pause-over' }

function follow(...happenings: Happening[]): { course: Course; acts: Act[] } {
  let { course } = firstStep
  let acts: readonly Act[] = firstStep.acts
  for (const happening of happenings) {
    const step = advance(course, happening, MOST_PAUSE_MS)
    course = step.course
    acts = step.acts
  }
  return { course, acts: [...acts] }
}

test('a child that served and died is started again, after pauses that double up to the most', () => {
  const pauses: number[] = []
  let { course } = follow({ type: 'ready' })
  for (let i = 0; i < 9; i++) {
    const step = advance(course, died(), MOST_PAUSE_MS)
    const [act] = step.acts
    if (act?.act === 'pause') pauses.push(act.ms)
    course = advance(step.course, over, MOST_PAUSE_MS).course
  }
  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
})

test('a child that lived for ten seconds begins again with the shortest pause', () => {
  const before = follow({ type: 'ready' }, died(), over, died(), over, died(), over)
  const step = advance(before.course, died(10_000), MOST_PAUSE_MS)
  assert.deepEqual(step.acts, [{ act: 'pause', ms: 100 }])
})

test('a child that cannot start ends everything with its own status', () => {
  const { course, acts } = follow(died(50, ExitStatus.portInUse))
  assert.equal(course.phase, 'ended')
  assert.deepEqual(acts, [{ act: 'end', status: ExitStatus.portInUse }])
})

test('once it has served, a taken port is waited for', () => {
  const { course } = follow({ type: 'ready' }, died(50, ExitStatus.portInUse))
  assert.equal(course.phase, 'pausing')
})

test('a child that never serves is given up after a few starts', () => {
  const deaths = Array.from({ length: MAX_FIRST_STARTS }, () => [died(), over]).flat()
  assert.deepEqual(follow(...deaths.slice(0, -1)).acts, [{ act: 'end', status: ExitStatus.failed }])
})

test('a child that finds another one in its place is not hopeless: the other is adopted', () => {
  assert.equal(follow(died(50, ExitStatus.alreadyRunning)).course.phase, 'pausing')
})

test('a reload ends the child and starts the next at once', () => {
  assert.deepEqual(follow({ type: 'ready' }, { type: 'reload' }).acts, [{ act: 'terminate' }])
  assert.deepEqual(follow({ type: 'ready' }, { type: 'reload' }, died()).acts, [{ act: 'start' }])
  assert.deepEqual(follow({ type: 'ready' }, died(), { type: 'reload' }).acts, [{ act: 'start' }])
})

test('a stop waits for the child, and kills it when it is overdue or asked for twice', () => {
  const stop: Happening = { type: 'stop' }
  assert.deepEqual(follow({ type: 'ready' }, stop).acts, [{ act: 'terminate' }])
  assert.deepEqual(follow({ type: 'ready' }, stop, { type: 'overdue' }).acts, [{ act: 'kill' }])
  assert.deepEqual(follow({ type: 'ready' }, stop, stop).acts, [{ act: 'kill' }])
  const ended = follow({ type: 'ready' }, stop, died())
  assert.deepEqual(ended.acts, [{ act: 'end', status: ExitStatus.ok }])
})

test('a stop during a pause ends at once', () => {
  assert.equal(follow({ type: 'ready' }, died(), { type: 'stop' }).course.phase, 'ended')
})

test('what comes too late changes nothing', () => {
  const { course } = follow({ type: 'ready' })
  assert.deepEqual(advance(course, over, MOST_PAUSE_MS).acts, [])
  assert.deepEqual(advance(course, { type: 'overdue' }, MOST_PAUSE_MS).acts, [])
  const ended = follow({ type: 'stop' }, died(), { type: 'stop' })
  assert.deepEqual([ended.course.phase, ended.acts], ['ended', []])
})

test('a child that serves again is back within a second, however often it died', () => {
  const course = { phase: 'starting', failures: 20, hasServed: true } as const
  const served = advance(course, { type: 'ready' }, MOST_PAUSE_MS)
  assert.equal(served.course.failures, SERVING_FAILURES)
  assert.deepEqual(advance(served.course, died(), MOST_PAUSE_MS).acts, [{ act: 'pause', ms: 800 }])
})
