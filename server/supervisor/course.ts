// What a supervisor does with one child, as a pure function of what has happened to it.
//
//   starting ──ready──▸ ready ──exited──▸ pausing ──pause-over──▸ starting
//      │  └──exited──▸ pausing, or ended when it never served and cannot
//      └──reload──▸ reloading ──exited──▸ starting        any ──stop──▸ stopping ──exited──▸ ended

import { ExitStatus, isHopeless } from './exit.ts'

/** The first pause before a dead child is started again, ms. Doubles with each failure in a row. */
export const FIRST_PAUSE_MS = 100
/** A child that lived this long was well: its failures are forgotten. */
export const STEADY_MS = 10_000
/**
 * What is kept of the failures of a child that serves again: the next pause is then 800 ms at most. A terminal whose
 * peer is gone holds its output for 10 s (agent/terminal/driver.ts), and what is back by then has lost nobody a byte.
 */
export const SERVING_FAILURES = 3
/** A child that never served is started this often before the supervisor gives up. */
export const MAX_FIRST_STARTS = 5

export interface Course {
  readonly phase: 'starting' | 'ready' | 'pausing' | 'reloading' | 'stopping' | 'ended'
  /** Failures in a row. */
  readonly failures: number
  readonly hasServed: boolean
}

export type Happening =
  | { readonly type: 'ready' | 'pause-over' | 'reload' | 'stop' | 'overdue' }
  /** `status` is unknown for a child that another supervisor started. */
  | { readonly type: 'exited'; readonly status?: number; readonly ranMs: number }

export type Act =
  | { readonly act: 'start' | 'terminate' | 'kill' }
  | { readonly act: 'pause'; readonly ms: number }
  | { readonly act: 'end'; readonly status: number }

export interface Step {
  readonly course: Course
  readonly acts: readonly Act[]
}

export const firstStep: Step = {
  course: { phase: 'starting', failures: 0, hasServed: false },
  acts: [{ act: 'start' }],
}

/** 100, 200, 400 ms … up to `mostMs`. */
export function pauseMs(failures: number, mostMs: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 30), mostMs)
}

/** The next state and what to do; a happening that means nothing now changes nothing. */
export function advance(course: Course, happening: Happening, mostPauseMs: number): Step {
  switch (happening.type) {
    case 'ready':
      return course.phase === 'starting' ? ready(course) : stay(course)
    case 'pause-over':
      return course.phase === 'pausing' ? start(course) : stay(course)
    case 'reload':
      return reload(course)
    case 'stop':
      return stop(course)
    case 'overdue':
      return isEnding(course) ? become(course, {}, { act: 'kill' }) : stay(course)
    case 'exited':
      return exited(course, happening, mostPauseMs)
  }
}

function ready(course: Course): Step {
  const failures = Math.min(course.failures, SERVING_FAILURES)
  return become(course, { phase: 'ready', hasServed: true, failures })
}

function reload(course: Course): Step {
  if (course.phase === 'pausing') return start(course)
  const runs = course.phase === 'starting' || course.phase === 'ready'
  return runs ? become(course, { phase: 'reloading' }, { act: 'terminate' }) : stay(course)
}

/** Asked twice, we no longer wait. */
function stop(course: Course): Step {
  switch (course.phase) {
    case 'pausing':
      return end(course, ExitStatus.ok)
    case 'stopping':
      return become(course, {}, { act: 'kill' })
    case 'ended':
      return stay(course)
    case 'starting':
    case 'ready':
    case 'reloading':
      return become(course, { phase: 'stopping' }, { act: 'terminate' })
  }
}

function exited(course: Course, { status, ranMs }: Exited, mostPauseMs: number): Step {
  if (course.phase === 'stopping') return end(course, ExitStatus.ok)
  if (course.phase === 'reloading') return start(course)
  if (course.phase !== 'starting' && course.phase !== 'ready') return stay(course)
  const failures = ranMs >= STEADY_MS ? 0 : course.failures
  if (!course.hasServed) {
    if (isHopeless(status)) return end(course, status ?? ExitStatus.failed)
    if (failures + 1 >= MAX_FIRST_STARTS) return end(course, ExitStatus.failed)
  }
  const pause: Act = { act: 'pause', ms: pauseMs(failures, mostPauseMs) }
  return become(course, { phase: 'pausing', failures: failures + 1 }, pause)
}

type Exited = Extract<Happening, { type: 'exited' }>

const isEnding = ({ phase }: Course) => phase === 'stopping' || phase === 'reloading'
const stay = (course: Course): Step => ({ course, acts: [] })
const start = (course: Course) => become(course, { phase: 'starting' }, { act: 'start' })
const end = (course: Course, status: number) =>
  become(course, { phase: 'ended' }, { act: 'end', status })

function become(course: Course, change: Partial<Course>, ...acts: Act[]): Step {
  return { course: { ...course, ...change }, acts }
}
