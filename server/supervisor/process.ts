// Which process a number means. Linux gives numbers again, so a process is its number *and* its start time.

import { readFileSync } from 'node:fs'
import { z } from 'zod'

export const processSchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  startTime: z.string(),
})
export type ProcessIdentity = z.infer<typeof processSchema>

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }
}

/** True while this very process runs; a zombie does not. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime
}

function startTimeOf(pid: number): string | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

/** The second field is the program's name in parentheses and may hold anything, so we count from its end. */
export function parseStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  // Field 22 overall is the 20th after the name.
  return state === 'Z' || state === 'X' ? undefined : fields[19]
}
