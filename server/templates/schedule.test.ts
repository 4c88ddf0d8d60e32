import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTemplate } from './parse.ts'
import { lastMoment, momentText, parseMoment, type Schedule } from './schedule.ts'

const read = (text: string) =>
  parseTemplate(`name: T\nschedule: ${text}\nservices: {main: {image: x}}\n`)

function scheduleOf(text: string): Schedule {
  const result = read(text)
  if (result.problems !== undefined) assert.fail(JSON.stringify(result.problems))
  assert.ok(result.template.schedule)
  return result.template.schedule
}

describe('a schedule', () => {
  it('is read with its days, its times and its zone', () => {
    const { zone, start, stop } = scheduleOf(
      '{ zone: Europe/Berlin, start: mon-fri 08:00, stop: [19:30, "sat,sun 23:00"] }',
    )
    assert.equal(zone, 'Europe/Berlin')
    assert.deepEqual(start.map(momentText), ['mon,tue,wed,thu,fri 08:00'])
    assert.deepEqual(stop.map(momentText), ['19:30', 'sun,sat 23:00'])
    assert.deepEqual(parseMoment('fri-mon 7:05')?.days, ['sun', 'mon', 'fri', 'sat'])
  })

  for (const [text, message] of [
    ['{ stop: 25:00 }', /not a time/],
    ['{ stop: mo 10:00 }', /not a time/],
    ['{ stop: "* * * * *" }', /not a time/],
    ['{ zone: Mars/Olympus, stop: 10:00 }', /no zone/],
    ['{ }', /has a `start` or a `stop`/],
    ['{ start: 10:00, stop: mon 10:00 }', /at one time/],
    ['{ stopp: 10:00 }', /no key “stopp”/],
    [`{ stop: "$\{{ var.X }}" }`, /No value/],
  ] as const) {
    it(`${text} is refused`, () => {
      const problems = read(text).problems ?? []
      assert.ok(
        problems.some((one) => message.test(one.message) && one.line === 2),
        text,
      )
    })
  }

  const office = scheduleOf('{ zone: Europe/Berlin, start: mon-fri 08:00, stop: 19:30 }')
  /** 21 November 2026 is a Saturday; Berlin is an hour ahead of UTC in winter. */
  const at = (time: string, day = '2026-11-20') => Date.parse(`${day}T${time}:00Z`)

  it('is due from its time on for an hour', () => {
    assert.equal(lastMoment(office, at('06:59')), undefined)
    assert.deepEqual(lastMoment(office, at('07:00')), { do: 'start', atMs: at('07:00') })
    assert.deepEqual(lastMoment(office, at('07:59')), { do: 'start', atMs: at('07:00') })
    assert.equal(lastMoment(office, at('08:00')), undefined)
    assert.deepEqual(lastMoment(office, at('18:45')), { do: 'stop', atMs: at('18:30') })
  })

  it('knows the days of the week in its own zone', () => {
    assert.equal(lastMoment(office, at('07:10', '2026-11-21')), undefined)
    const late = scheduleOf('{ zone: Pacific/Auckland, stop: sun 00:30 }')
    assert.equal(lastMoment(late, at('11:35', '2026-11-21'))?.do, 'stop')
  })

  it('leaves out an hour that the clocks leave out, and has summer’s time in summer', () => {
    const night = scheduleOf('{ zone: Europe/Berlin, stop: 02:30 }')
    assert.equal(lastMoment(night, at('01:40', '2026-03-29')), undefined)
    assert.equal(lastMoment(office, at('06:10', '2026-07-20'))?.do, 'start')
  })
})
