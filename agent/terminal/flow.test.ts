import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FlowState, MARGIN_BYTES, MAX_UNPARSED_BYTES, mustPause } from './flow.ts'
import { CREDIT_BYTES } from './viewer.ts'

const MB = 1024 * 1024
const idle: FlowState = {
  paused: false,
  end: 10 * MB,
  ringBytes: MB,
  unparsedBytes: 0,
  driverUnsentBytes: 0,
  heldFrom: undefined,
}

const cases: readonly (readonly [string, Partial<FlowState>, boolean])[] = [
  ['nobody is behind', {}, false],
  ['nobody drives', { driverUnsentBytes: undefined }, false],
  ['the screen is behind', { unparsedBytes: MAX_UNPARSED_BYTES }, true],
  ['the screen is catching up', { paused: true, unparsedBytes: MAX_UNPARSED_BYTES / 2 }, true],
  ['the screen has caught up', { paused: true, unparsedBytes: MAX_UNPARSED_BYTES / 2 - 1 }, false],
  ['the driver is behind', { driverUnsentBytes: CREDIT_BYTES }, true],
  ['the driver has caught up', { paused: true, driverUnsentBytes: CREDIT_BYTES / 2 - 1 }, false],
  ['a lost driver misses little', { heldFrom: 10 * MB - 1000 }, false],
  ['a lost driver would miss what is dropped', { heldFrom: 9 * MB + MARGIN_BYTES }, true],
]

for (const [when, state, pauses] of cases) {
  test(`a program ${pauses ? 'waits' : 'runs'} when ${when}`, () => {
    assert.equal(mustPause({ ...idle, ...state }), pauses)
  })
}
