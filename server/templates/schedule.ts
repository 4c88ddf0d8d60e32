// When a template's spaces start and stop by themselves: `start: mon-fri 08:00`, `stop: 19:30`, in a zone's own time. Pure:
// the host's loop asks what is due. An hour that a change of the clocks leaves out is left out here too.

import type { Field } from './field.ts'
import { type Read, word } from './word.ts'

export const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Day = (typeof days)[number]

export interface Moment {
  readonly days: readonly Day[]
  /** Minutes since midnight. */
  readonly minute: number
}

export interface Schedule {
  /** A name of the IANA database. */
  readonly zone: string
  readonly start: readonly Moment[]
  readonly stop: readonly Moment[]
}

/** As many moments as a list may have: each hour of a day. */
const MAX_MOMENTS = 24
/** A moment that nobody could act on is made good for so long: a peer that was restarted, a host that was away. */
export const GRACE_MS = 60 * 60_000
const MINUTE_MS = 60_000

const MOMENT = /^(?:([a-z,-]{3,60})\s+)?([01]?\d|2[0-3]):([0-5]\d)$/

const momentsSchema = {
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  examples: ['mon-fri 08:00'],
}

export const scheduleTable = {
  zone: word(
    'Whose time it is, e.g. `Europe/Berlin`; UTC unless said.',
    { type: 'string', examples: ['Europe/Berlin'] },
    readZone,
  ),
  start: word(
    'When stopped spaces start: `08:00`, `mon-fri 08:00` or a list.',
    momentsSchema,
    readMoments,
  ),
  stop: word('When running spaces stop, as `start`.', momentsSchema, readMoments),
}

export function scheduleOf(
  { zone = 'UTC', start = [], stop = [] }: Read<typeof scheduleTable>,
  field: Field,
): Schedule {
  if (start.length + stop.length === 0) {
    field.problem('A schedule has a `start` or a `stop`.', 'Write `stop: 19:30`.')
  }
  const twice = start.find((one) => stop.some((other) => meets(one, other)))
  if (twice !== undefined) field.problem('A space cannot start and stop at one time.')
  return { zone, start, stop }
}

const meets = (a: Moment, b: Moment): boolean =>
  a.minute === b.minute && a.days.some((day) => b.days.includes(day))

function readZone(field: Field): string | undefined {
  const zone = field.literal()
  if (zone === undefined) return undefined
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    return field.problem(`There is no zone “${zone.slice(0, 64)}”.`, 'Write e.g. `Europe/Berlin`.')
  }
}

function readMoments(field: Field): readonly Moment[] {
  const items = field.isList ? field.list() : [field]
  if (items.length > MAX_MOMENTS) field.problem(`There are more than ${MAX_MOMENTS} times.`)
  return items.flatMap((item) => {
    const written = item.literal() ?? ''
    const moment = parseMoment(written.toLowerCase())
    if (moment !== undefined) return [moment]
    item.problem(
      `“${written.slice(0, 64)}” is not a time of a week.`,
      'Write `08:00`, `mon-fri 08:00` or `sat,sun 10:30`.',
    )
    return []
  })
}

export function parseMoment(written: string): Moment | undefined {
  const match = MOMENT.exec(written.trim())
  if (match === null) return undefined
  const on = match[1] === undefined || match[1] === 'daily' ? days : parseDays(match[1])
  if (on === undefined) return undefined
  return { days: on, minute: Number(match[2]) * 60 + Number(match[3]) }
}

function parseDays(written: string): readonly Day[] | undefined {
  const chosen = new Set<Day>()
  for (const part of written.split(',')) {
    const [from = '', to = from] = part.split('-')
    const first = days.indexOf(from as Day)
    const last = days.indexOf(to as Day)
    if (first < 0 || last < 0 || part.split('-').length > 2) return undefined
    for (let at = first; ; at = (at + 1) % days.length) {
      chosen.add(days[at] as Day)
      if (at === last) break
    }
  }
  return days.filter((day) => chosen.has(day))
}

export interface Due {
  readonly do: 'start' | 'stop'
  readonly atMs: number
}

/** The latest moment in the last hour, or nothing. What happened since is for the caller to weigh. */
export function lastMoment({ zone, start, stop }: Schedule, nowMs: number): Due | undefined {
  const clock = zoneClock(zone)
  const thisMinute = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  for (let atMs = thisMinute; atMs > nowMs - GRACE_MS; atMs -= MINUTE_MS) {
    const local = localTime(clock, atMs)
    const is = ({ days: on, minute }: Moment) => minute === local.minute && on.includes(local.day)
    if (stop.some(is)) return { do: 'stop', atMs }
    if (start.some(is)) return { do: 'start', atMs }
  }
  return undefined
}

export const zoneClock = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  })

export function localTime(clock: Intl.DateTimeFormat, atMs: number): { day: Day; minute: number } {
  const parts = Object.fromEntries(
    clock.formatToParts(atMs).map(({ type, value }) => [type, value]),
  )
  const day = days.find((one) => parts.weekday?.toLowerCase().startsWith(one)) ?? 'sun'
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) }
}

/** As people write it. */
export function momentText({ days: on, minute }: Moment): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  const time = `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`
  return on.length === days.length ? time : `${on.join(',')} ${time}`
}
