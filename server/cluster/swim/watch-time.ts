// The machine's own time. A process that was stopped, or whose event loop stood still, has watched nobody meanwhile:
// the time that it missed does not count against those it watches.

import { STALL_MS } from './limits.ts'

export class WatchTime {
  #missedMs = 0
  #wakeAtMs = Number.POSITIVE_INFINITY

  /** The machine's time at `monotonicMs`, and by how much it missed its wake-up when that is worth noting. */
  arrive(monotonicMs: number): { nowMs: number; stalledMs: number } {
    const lateMs = monotonicMs - this.#wakeAtMs
    const stalledMs = lateMs > STALL_MS ? lateMs : 0
    this.#missedMs += stalledMs
    return { nowMs: monotonicMs - this.#missedMs, stalledMs }
  }

  /**
   * Notes when the machine wants to be woken, in its own time; gives the driver's. What has just become overdue is
   * wanted now: to wake for it is not to have missed anything.
   */
  wakeAt(nowMs: number, wantedMs: number): number {
    this.#wakeAtMs = Math.max(nowMs, wantedMs) + this.#missedMs
    return this.#wakeAtMs
  }
}
