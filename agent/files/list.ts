// One page of a folder's entries, in order of names. A folder may hold a million files and an answer 64 kB, so the
// answer says where to go on.

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, type FileEntry } from './entry.ts'
import type { FileLimits } from './limits.ts'

export interface Listing {
  readonly entries: readonly FileEntry[]
  /** The offset of the next page; absent on the last. */
  readonly next?: number
}

export async function listFolder(
  folder: string,
  offset: number,
  { pageBytes }: FileLimits,
): Promise<Listing> {
  const names = (await readdir(folder)).sort()
  const entries: FileEntry[] = []
  let left = pageBytes
  for (let at = offset; at < names.length; at++) {
    const name = names[at] ?? ''
    // A file that vanished since the folder was read is no failure.
    const entry = await describe(path.join(folder, name), name).catch(() => undefined)
    if (!entry) continue
    left -= Buffer.byteLength(JSON.stringify(entry)) + 1
    if (left < 0) return { entries, next: at }
    entries.push(entry)
  }
  return { entries }
}
