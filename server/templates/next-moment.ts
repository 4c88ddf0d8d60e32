// When a schedule says something next, for people who want to know. Pure. Reckoned by the day and not by the minute, since
// calendars of zones are slow, and kept until it is over.

import { localTime, type Moment, type Schedule, zoneClock } from './schedule.ts'

const MINUTE_MS = 60_000
/** Half a day, so that no day is left out that is shorter than others. */
const STEP_MS = 12 * 60 * MINUTE_MS
/** A day of the week comes again within these, also where a change of the clocks leaves its time out once. */
const MAX_STEPS = 2 * 15
/** What a change of the clocks may have moved a time of that day by, minutes. */
const SHIFTS = [-60, -30, 0, 30, 60] as const

type Kind = 'start' | 'stop'

interface Known {
  readonly fromMs: number
  readonly atMs: number | undefined
}

const known = new WeakMap<Schedule, Partial<Record<Kind, Known>>>()

/** Milliseconds since 1970; undefined where the schedule never says it. */
export function nextMoment(schedule: Schedule, kind: Kind, nowMs: number): number | undefined {
  const all = known.get(schedule) ?? {}
  const held = all[kind]
  if (held && nowMs >= held.fromMs && (held.atMs === undefined || nowMs < held.atMs)) {
    return held.atMs
  }
  const atMs = reckon(schedule, kind, nowMs)
  known.set(schedule, { ...all, [kind]: { fromMs: nowMs, atMs } })
  return atMs
}

function reckon(schedule: Schedule, kind: Kind, nowMs: number): number | undefined {
  if (schedule[kind].length === 0) return undefined
  const clock = zoneClock(schedule.zone)
  for (let step = 0; step < MAX_STEPS; step++) {
    const found = schedule[kind].flatMap((moment) => onDay(clock, moment, nowMs + step * STEP_MS))
    const next = found.filter((atMs) => atMs > nowMs)
    if (next.length > 0) return Math.min(...next)
  }
  return undefined
}

/** When it is that time on the local day of `aroundMs`: twice, where the clocks are put back over it, or never. */
function onDay(clock: Intl.DateTimeFormat, { days, minute }: Moment, aroundMs: number): number[] {
  const around = localTime(clock, aroundMs)
  if (!days.includes(around.day)) return []
  const onTheMinuteMs = Math.floor(aroundMs / MINUTE_MS) * MINUTE_MS
  const shifted = SHIFTS.map((by) => onTheMinuteMs + (minute - around.minute + by) * MINUTE_MS)
  return shifted.filter((ms) => {
    const local = localTime(clock, ms)
    return local.minute === minute && local.day === around.day
  })
}
