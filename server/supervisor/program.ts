// Which copy of Skein a server's children run: the one that `skein server` was started from, until an upgrade chooses
// another one beside it. It is noted in the data folder, with the one before, so that there is a way back.

import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { PROGRAM_FOLDER as OWN } from '../program-folder.ts'

/** Writable by the group or by everybody. */
const WRITABLE_BY_OTHERS = 0o022

const folder = z.string().refine(isAbsolute)
const programSchema = z.object({
  current: folder,
  /** What ran before; the way back. */
  previous: folder.optional(),
  /** What was chosen, never served, and was left again. */
  failed: folder.optional(),
  /** The last wish that was carried out, so that none is twice. */
  wish: z.string().optional(),
})
export type Program = z.infer<typeof programSchema>

const pathIn = (data: string): string => join(data, 'program.json')

/** What is noted; without a note, or with one whose program is gone, the copy that this process is of. */
export function readProgram(data: string): Program {
  try {
    const noted = programSchema.parse(JSON.parse(readFileSync(pathIn(data), 'utf8')))
    return isProgram(noted.current) ? noted : { ...noted, current: OWN }
  } catch {
    return { current: OWN }
  }
}

/** Replaces the note at once: no reader sees half of it. */
export function writeProgram(data: string, program: Program): void {
  const path = pathIn(data)
  writeFileSync(`${path}.new`, `${JSON.stringify(program)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The note after `wish` chose another program, or the same again. */
export function chosen(before: Program, wish: string, next = before.current): Program {
  if (next === before.current) {
    const { failed: _, ...same } = before
    return { ...same, wish }
  }
  return { current: next, previous: before.current, wish }
}

/** The note after the chosen one did not serve; undefined where nothing came before it. */
export function fallenBack({ current, previous, failed, wish }: Program): Program | undefined {
  if (previous === undefined || failed !== undefined) return undefined
  return { current: previous, failed: current, ...(wish !== undefined && { wish }) }
}

/** The Node that came with a program, where it brings one. */
export function nodeOf(program: string): string {
  const own = join(program, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  return existsSync(own) ? own : process.execPath
}

/**
 * A version that this machine's owner has put into `--versions`, by its name there. Throws `version_missing` with what is
 * wrong: only who may write that folder decides what runs.
 */
export function versionAt(versions: string | undefined, name: string): string {
  const refuse = (reason: string): never => {
    throw new SkeinError('version_missing', { version: name, reason })
  }
  if (versions === undefined) return refuse('--versions is not set there')
  if (!/^[\w][\w.+-]*$/.test(name)) return refuse('that is no name of a folder')
  const path = join(versions, name)
  if (!isProgram(path)) return refuse('it is not a built copy of Skein')
  const { mode, uid } = statSync(path)
  const isOurs = uid === 0 || uid === process.getuid?.()
  if (!isOurs || mode & WRITABLE_BY_OTHERS) return refuse('others may write it')
  return path
}

export const nameOf = (program: string): string => basename(program)

/** Sources, dependencies and what is built of them. */
const isProgram = (path: string): boolean =>
  ['server/peer/main.ts', 'dist/agent/VERSION', 'dist/web/index.html', 'node_modules'].every(
    (part) => existsSync(join(path, part)),
  )
