import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextMoment } from './next-moment.ts'
import { localTime, parseMoment, type Schedule, zoneClock } from './schedule.ts'

const MINUTE_MS = 60_000

function scheduleOf(zone: string, ...start: readonly string[]): Schedule {
  return {
    zone,
    start: start.map((text) => parseMoment(text) ?? assert.fail(text)),
    stop: [],
  }
}

/** As the scheduler itself finds out, a minute after another. */
function searched(schedule: Schedule, nowMs: number, limitMs: number): number | undefined {
  const clock = zoneClock(schedule.zone)
  const [moment] = schedule.start
  for (let atMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS; atMs <= limitMs; atMs += MINUTE_MS) {
    if (atMs > nowMs && localTime(clock, atMs).minute === moment?.minute) return atMs
  }
  return undefined
}

for (const [zone, about] of [
  ['UTC', '2026-06-10T12:34:56Z'],
  ['Europe/Berlin', '2026-03-28T22:30:00Z'],
  ['Europe/Berlin', '2026-10-25T00:15:00Z'],
  ['America/New_York', '2026-11-01T04:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T14:10:00Z'],
  ['Pacific/Apia', '2026-01-01T10:00:00Z'],
] as const) {
  test(`what comes next is what is done then: ${zone} about ${about}`, () => {
    for (const text of ['08:00', '02:30', '01:45', '23:59', '00:00']) {
      for (const hours of [0, 1, 3]) {
        const nowMs = Date.parse(about) + hours * 60 * MINUTE_MS
        const next = nextMoment(scheduleOf(zone, text), 'start', nowMs)
        assert.ok(next, text)
        assert.equal(
          next,
          searched(scheduleOf(zone, text), nowMs, next),
          `${text} after ${hours} h`,
        )
      }
    }
  })
}

test('days are kept, and of several moments the next one counts', () => {
  const next = (now: string, ...moments: readonly string[]) => {
    const atMs = nextMoment(scheduleOf('UTC', ...moments), 'start', Date.parse(now))
    return atMs === undefined ? undefined : new Date(atMs).toISOString()
  }
  // A Friday.
  assert.equal(next('2026-06-12T09:00:00Z', 'mon-fri 08:00'), '2026-06-15T08:00:00.000Z')
  assert.equal(next('2026-06-12T08:00:00Z', 'fri 08:00'), '2026-06-19T08:00:00.000Z')
  assert.equal(next('2026-06-12T07:59:30Z', 'fri 08:00'), '2026-06-12T08:00:00.000Z')
  const both = ['sat 06:00', 'fri 23:00']
  assert.equal(next('2026-06-12T09:00:00Z', ...both), '2026-06-12T23:00:00.000Z')
  assert.equal(next('2026-06-12T09:00:00Z'), undefined)
})

test('what was reckoned holds until it is over, and not before it was asked', () => {
  const schedule = scheduleOf('UTC', '08:00')
  const [before, after] = ['2026-06-12T07:00:00Z', '2026-06-12T08:00:00Z'].map(Date.parse)
  const next = (nowMs = 0) => new Date(nextMoment(schedule, 'start', nowMs) ?? 0).toISOString()
  assert.equal(next(after), '2026-06-13T08:00:00.000Z')
  assert.equal(next(before), '2026-06-12T08:00:00.000Z')
  assert.equal(next(after), '2026-06-13T08:00:00.000Z')
})
