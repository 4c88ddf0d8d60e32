// How long to wait before a service that ended is started again: 1, 2, 4 … 60 s, so that one that cannot start costs
// nothing, and from the beginning once it has run for a minute, so that one that crashes rarely is back at once.

export const FIRST_DELAY_MS = 1000
export const LONGEST_DELAY_MS = 60_000
/** A service that ran this long is taken to work. */
export const STEADY_MS = 60_000

/** The delay after a run of `ranMs`, when the one before it was `lastDelayMs` (0 before the first). */
export function nextDelayMs(lastDelayMs: number, ranMs: number): number {
  if (lastDelayMs === 0 || ranMs >= STEADY_MS) return FIRST_DELAY_MS
  return Math.min(lastDelayMs * 2, LONGEST_DELAY_MS)
}
