// When the space runs out of memory the kernel kills the process with the highest score. Everything the user starts is
// marked, so that it goes before the agent; a hog made of many small processes would otherwise take the agent, and
// with it the container. For the same reason it runs a little below the agent: what a flood or a build costs, it costs
// itself before it costs the echo of another terminal. Children inherit both.

import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Of −1000 (never) to 1000 (first). Raising it needs no privilege. */
export const EXPENDABLE_SCORE = 900

/** Nice value of the user's programs. Among spaces the engine divides by space, so nobody gets less for it. */
export const EXPENDABLE_NICE = 5

/** Call right after the spawn: synchronous, so that the child has no time to fork unmarked children. */
export function markExpendable(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(EXPENDABLE_SCORE))
    setPriority(pid, EXPENDABLE_NICE)
  } catch {
    // The child has ended already, or changed its uid: there is nothing to mark.
  }
}
