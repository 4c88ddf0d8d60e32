// One peer on one data folder. The lock is the kernel's, taken through an SQLite file, so it goes with its process
// however that ends; the file with the process id beside it only makes the refusal say who holds it.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SkeinError } from '#protocol/errors.ts'
import { isBusy } from './sqlite/failure.ts'

export interface FolderLock {
  release(): void
}

/** Throws `already_running` with the holder's process id. */
export function lockFolder(folder: string): FolderLock {
  const pidFile = join(folder, 'peer.pid')
  const file = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
  try {
    file.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    file.close()
    if (!isBusy(error)) throw error
    throw new SkeinError('already_running', { pid: readPid(pidFile) }, error)
  }
  writeFileSync(pidFile, `${process.pid}\n`)
  return { release: () => file.close() }
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim()
  } catch {
    return 'unknown' // it locked a moment ago and has not written yet
  }
}
