// Time, injected, so that back-off and intervals are tested without waiting.

import { setTimeout as sleep } from 'node:timers/promises'

export interface Clock {
  /** Monotonic milliseconds from an arbitrary zero. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  delay: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
}
