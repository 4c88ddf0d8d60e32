// How long to wait before dialling again: at once the first time, because the usual reason is a peer that was
// restarted and another one that is there; then longer, up to a second, so that a peer is found soon after it is back.

/** The longest pause, milliseconds. */
export const MAX_PAUSE_MS = 1000
const FIRST_PAUSE_MS = 20

/**
 * `failures` attempts in a row have failed; `chance` is in [0, 1). The pause is 0, then 20 ms · 2^(failures − 1), and
 * up to half of it is left to chance, so that a thousand agents that lost the same peer do not come back in step.
 */
export function pauseMs(failures: number, chance: number): number {
  if (failures <= 0) return 0
  const fullMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16))
  return fullMs * (0.5 + chance / 2)
}
