// What the last run of this peer left in its data folder, by which the next can tell what happened in between: when it was
// last with others, whether a restore put the folder there, or a copy. Small files that may be missing or torn.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const SEEN_FILE = 'peer.seen'
const ROLLED_BACK_FILE = 'peer.rolled-back'
export const RESTORED_FILE = 'peer.restored'

const seenSchema = z.object({ atMs: z.number().nonnegative() })
export type Seen = z.infer<typeof seenSchema>

const restoredSchema = z.object({ takenAtMs: z.number().nonnegative(), origin: z.string().max(16) })
export type RestoredNote = z.infer<typeof restoredSchema>

/** When others were last heard; undefined when they never were, and after a restore. */
export const readSeen = (data: string): Seen | undefined => read(data, SEEN_FILE, seenSchema)

/** Not forced to disk: after a crash of the machine an older time is told, and nothing else depends on it. */
export function writeSeen(data: string, seen: Seen): void {
  writeFileSync(join(data, SEEN_FILE), `${JSON.stringify(seen)}\n`, { mode: 0o600 })
}

export const readRestored = (data: string): RestoredNote | undefined =>
  read(data, RESTORED_FILE, restoredSchema)

export const formatRestored = (note: RestoredNote): string => `${JSON.stringify(note)}\n`

/**
 * Others knew more of what this database wrote than it did itself. Nobody may write in it, and no backup may be made of it:
 * what it wrote since it was put back has the numbers of what the others know, and restored it would pass for having
 * heard, and so deleted, theirs.
 */
export const isRolledBack = (data: string): boolean => existsSync(join(data, ROLLED_BACK_FILE))

export const markRolledBack = (data: string): void =>
  writeFileSync(join(data, ROLLED_BACK_FILE), '', { mode: 0o600 })

/** It has been told. */
export const forgetRestored = (data: string): void =>
  rmSync(join(data, RESTORED_FILE), { force: true })

function read<T>(data: string, name: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(join(data, name), 'utf8'))).data
  } catch {
    return undefined // never written, or cut off by a crash
  }
}
