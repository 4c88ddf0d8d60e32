// How long to wait before the next attempt. The first is made at once, because a peer that was restarted or that
// handed over to another is back within milliseconds; jitter keeps a thousand tabs from returning in step.

/** The longest wait between attempts. */
export const LONGEST_WAIT_MS = 2_000
const FIRST_WAIT_MS = 50

/** `attempt` counts from 0; `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  if (attempt <= 0) return 0
  const step = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1))
  return Math.round(step * (0.5 + random / 2))
}
