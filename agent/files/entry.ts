// What a listing and a stat say about one file.

import type { BigIntStats } from 'node:fs'
import { access, constants, lstat, readlink, stat } from 'node:fs/promises'
import { nameToText, onDisk } from './name.ts'

export type FileKind = 'file' | 'folder' | 'link' | 'other'

export interface FileEntry {
  readonly name: string
  readonly kind: FileKind
  readonly sizeBytes: number
  readonly mode: number
  readonly modifiedMs: number
  /** Where a link leads, as it is written. */
  readonly target?: string
  /** What a link leads to in the end; absent when to nothing that can be reached. */
  readonly leads?: FileKind
}

/** One file as it is now. */
export interface FileFacts extends FileEntry {
  /** Changes whenever the content does, or another file takes its place. */
  readonly version: string
  readonly writable: boolean
}

/** Describes a path itself, not what a link leads to. */
export async function describe(path: string, name: string): Promise<FileEntry> {
  const stats = await lstat(onDisk(path), { bigint: true })
  const entry = toEntry(stats, name)
  if (!stats.isSymbolicLink()) return entry
  const target = await readlink(onDisk(path), 'buffer')
  const reached = await stat(onDisk(path), { bigint: true }).catch(() => undefined)
  return {
    ...entry,
    target: nameToText(target),
    ...(reached && { leads: kindOf(reached) }),
  }
}

/** The same with what a reader or writer needs; with `follow`, of what a link leads to. */
export async function examine(path: string, name: string, follow: boolean): Promise<FileFacts> {
  const stats = await (follow ? stat : lstat)(onDisk(path), { bigint: true })
  const entry = follow ? toEntry(stats, name) : await describe(path, name)
  return { ...entry, version: versionOf(stats), writable: await isWritable(path) }
}

/** Nanoseconds, size and inode: an editor that writes beside and renames changes the last. */
export const versionOf = ({ mtimeNs, size, ino }: BigIntStats): string =>
  [mtimeNs, size, ino].map((part) => part.toString(36)).join('-')

export const isWritable = (path: string): Promise<boolean> =>
  access(onDisk(path), constants.W_OK).then(
    () => true,
    () => false,
  )

function toEntry(stats: BigIntStats, name: string): FileEntry {
  return {
    name,
    kind: kindOf(stats),
    sizeBytes: Number(stats.size),
    mode: Number(stats.mode) & 0o7777,
    modifiedMs: Number(stats.mtimeMs),
  }
}

interface Kinds {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

export function kindOf(stats: Kinds): FileKind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isSymbolicLink() ? 'link' : 'other'
}
