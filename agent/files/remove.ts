// Takes a file or a whole folder away, after counting: a slip of the hand on a home folder is stopped before its first
// file is gone.

import { lstat, opendir, rm } from 'node:fs/promises'
import path from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { onDisk } from './name.ts'

/** How many files, folders and links went. Rejects with `path_forbidden`, `too_large`. */
export async function remove(at: string, limit: number): Promise<{ removed: number }> {
  const { root } = path.parse(at)
  if (at === root) throw new SkeinError('path_forbidden', { path: at })
  const stats = await lstat(onDisk(at))
  const removed = stats.isDirectory() ? await countBelow(at, limit) : 1
  await rm(onDisk(at), { recursive: true })
  return { removed }
}

async function countBelow(folder: string, limit: number): Promise<number> {
  let count = 1
  const pending = [Buffer.from(onDisk(folder))]
  for (let next = pending.pop(); next; next = pending.pop()) {
    // Folders are counted and not followed when they may not be read: then removing says so.
    const entries = await opendir(next, { encoding: 'buffer' as BufferEncoding }).catch(() => [])
    for await (const entry of entries) {
      count++
      if (count > limit) throw tooMany(limit)
      const name = entry.name as unknown as Buffer
      if (entry.isDirectory()) pending.push(Buffer.concat([next, Buffer.from('/'), name]))
    }
  }
  return count
}

const tooMany = (limit: number): SkeinError =>
  new SkeinError('too_large', { thing: 'folder', limit: `${limit} files and folders` })
