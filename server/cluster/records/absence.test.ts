import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Merged } from '../replica/delta.ts'
import { Absence, isWorthTelling } from './absence.ts'

const merged = (came: number, went: number): Merged => ({
  ...{ rows: [], claims: [], tombstones: [], gone: [], entries: [], spans: [], floors: [] },
  ...{ mended: [], overridden: [], displaced: [], came, went },
})
const LATER_MS = 10_000

test('an absence lasts from when others were last heard to the first line, and is over when all is here', () => {
  const absence = new Absence(1_000_000)
  assert.equal(absence.ended(LATER_MS, true), undefined)
  absence.met(1_180_000, 0)
  absence.met(1_190_000, 500)
  absence.merged(merged(10, 1))
  assert.equal(absence.ended(LATER_MS, false), undefined)
  absence.merged(merged(2, 3))
  assert.deepEqual(absence.ended(LATER_MS, true), {
    ...{ awayMs: 180_000, isCompared: false, changed: 12, deleted: 4 },
  })
})

test('what one peer has another may lack: it is not over before lines to all could be had', () => {
  const absence = new Absence(0)
  absence.met(1000, 0)
  assert.equal(absence.ended(100, true), undefined)
  assert.ok(absence.ended(LATER_MS, true))
})

test('it is not over while all is compared, unless the other is gone', () => {
  const absence = new Absence(0)
  absence.met(1000, 0)
  absence.comparing('a')
  assert.equal(absence.ended(LATER_MS, true), undefined)
  absence.lost('b')
  assert.equal(absence.ended(LATER_MS, true), undefined)
  absence.lost('a')
  assert.equal(absence.ended(LATER_MS, true)?.isCompared, false)
  absence.comparing('b')
  absence.compared()
  assert.equal(absence.ended(LATER_MS, true)?.isCompared, true)
})

test('a restart is not worth telling, a comparison and a new peer are', () => {
  const quick = { awayMs: 2000, isCompared: false, changed: 3, deleted: 0 }
  assert.equal(isWorthTelling(quick), false)
  assert.equal(isWorthTelling({ ...quick, awayMs: 60_000 }), true)
  assert.equal(isWorthTelling({ ...quick, isCompared: true }), true)
  assert.equal(isWorthTelling({ ...quick, awayMs: undefined }), true)
  assert.equal(isWorthTelling({ ...quick, awayMs: undefined, changed: 0 }), false)
})
