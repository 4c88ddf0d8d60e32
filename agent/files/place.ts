// Where an archive's entry may go. Archives come from strangers: a name may try to climb out of the folder, and a link
// unpacked first may be written through. So names are taken apart here, and folders on the way are never links.

import { lstat, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { onDisk } from './name.ts'

/** A name's parts below the folder; empty for the folder itself. Throws `archive_refused`. */
export function splitName(name: string, maxDepth: number): readonly string[] {
  if (name.startsWith('/')) throw refused(name, 'its path is absolute')
  if (name.includes('\0')) throw refused(name, 'its name holds a zero byte')
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw refused(name, 'its path leads out of the folder')
  if (parts.length > maxDepth) throw refused(name, `it is more than ${maxDepth} folders deep`)
  return parts
}

/**
 * Whether a link at `parts` to `target` stays in the folder. `..` may only lead, where it leaves folders that are no
 * links: the kernel follows a name that is a link before the `..` behind it, so `name/..` may be anywhere.
 */
export function staysInside(parts: readonly string[], target: string): boolean {
  if (target.startsWith('/') || target.includes('\0')) return false
  const steps = target.split('/').filter((step) => step !== '' && step !== '.')
  const named = steps.findIndex((step) => step !== '..')
  const up = named === -1 ? steps.length : named
  return up < parts.length && !steps.includes('..', up)
}

/** The path of an entry, after making the folders above it. Throws `archive_refused` when one of them is a link. */
export async function makeWay(
  root: string,
  name: string,
  parts: readonly string[],
): Promise<string> {
  let at = root
  for (const part of parts.slice(0, -1)) {
    at = path.join(at, part)
    await makeFolder(at, name)
  }
  return path.join(at, parts.at(-1) ?? '')
}

/** A folder that exists after this; a link to one does not count. */
export async function makeFolder(folder: string, name: string): Promise<void> {
  const stats = await lstat(onDisk(folder)).catch(() => undefined)
  if (stats?.isDirectory()) return
  if (stats) throw refused(name, 'a file or link stands where it needs a folder')
  await mkdir(onDisk(folder))
}

export function refused(entry: string, reason: string): SkeinError {
  return new SkeinError('archive_refused', { entry: entry.slice(0, 200), reason })
}
