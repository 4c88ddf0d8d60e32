// The number of this start, kept in the data folder. It must grow with every start, also after the folder came back
// from a backup: so it is at least the time in seconds.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MAX_BOOT = 2 ** 32 - 1

/** Writes the next number before it is used: a crash costs a number, never repeats one. */
export function nextBoot(folder: string, nowMs: number): number {
  const path = join(folder, 'peer.boot')
  const boot = Math.min(MAX_BOOT, Math.max(read(path) + 1, Math.floor(nowMs / 1000)))
  writeFileSync(`${path}.new`, `${boot}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return boot
}

function read(path: string): number {
  try {
    const value = Number(readFileSync(path, 'utf8').trim())
    return Number.isSafeInteger(value) && value > 0 ? value : 0
  } catch {
    return 0
  }
}
