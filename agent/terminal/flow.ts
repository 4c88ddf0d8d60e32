// When a terminal's program has to wait. Three things may make it: the screen that is parsed, the driver's window,
// and a driver whose connection broke and who may return. Pure.

import { CREDIT_BYTES } from './viewer.ts'

/** Output that may wait to be parsed, bytes; the program goes on at half of it. */
export const MAX_UNPARSED_BYTES = 512 * 1024
/** What may still arrive after the PTY was paused, bytes: two reads. */
export const MARGIN_BYTES = 128 * 1024

export interface FlowState {
  readonly paused: boolean
  readonly end: number
  readonly ringBytes: number
  readonly unparsedBytes: number
  /** Undefined when nobody drives, or when the driver takes nothing any more. */
  readonly driverUnsentBytes: number | undefined
  readonly heldFrom: number | undefined
}

export function mustPause(state: FlowState): boolean {
  // Between stopping and going on lies half, so that it does not stop at every chunk.
  const factor = state.paused ? 0.5 : 1
  if (state.unparsedBytes >= MAX_UNPARSED_BYTES * factor) return true
  if ((state.driverUnsentBytes ?? 0) >= CREDIT_BYTES * factor) return true
  if (state.heldFrom === undefined) return false
  return state.end - state.heldFrom >= state.ringBytes - MARGIN_BYTES
}
