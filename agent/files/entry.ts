// What a listing and a stat say about one file.

import type { Stats } from 'node:fs'
import { lstat, readlink } from 'node:fs/promises'

export interface FileEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly sizeBytes: number
  readonly mode: number
  readonly modifiedMs: number
  /** Where a link leads, as it is written. */
  readonly target?: string
}

/** Describes a path itself, not what a link leads to. */
export async function describe(path: string, name: string): Promise<FileEntry> {
  const stats = await lstat(path)
  const entry = {
    name,
    kind: kindOf(stats),
    sizeBytes: stats.size,
    mode: stats.mode & 0o7777,
    modifiedMs: Math.round(stats.mtimeMs),
  }
  return stats.isSymbolicLink() ? { ...entry, target: await readlink(path) } : entry
}

export function kindOf(stats: Stats): FileEntry['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isSymbolicLink() ? 'link' : 'other'
}
