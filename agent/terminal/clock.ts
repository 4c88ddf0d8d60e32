// Time as terminals need it, injected, so that limits of minutes are tested in milliseconds. The agent's own clock
// fits it.

import { setTimeout as delay } from 'node:timers/promises'

export interface TerminalClock {
  /** Monotonic milliseconds from an arbitrary zero. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>
}

export const terminalClock: TerminalClock = {
  monotonicMs: () => performance.now(),
  delay: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
}
