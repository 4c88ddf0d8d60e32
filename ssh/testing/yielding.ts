// An attacker in the world has processors of its own. One on the machine that it attacks would take a core from
// everything whose delay is measured, so it gets a tenth where others need all; a test says how much of an attack that is.

import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** `child` must lead a session of its own (`detached`): where Linux weighs sessions, niceness counts within one alone. */
export function yieldToOthers({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
    writeFileSync(`/proc/${pid}/autogroup`, `${constants.priority.PRIORITY_BELOW_NORMAL}`)
  } catch {
    // It has ended, or this Linux does not weigh sessions.
  }
}
