// The machine: its Node, memory, clock, and the data folder with its disk.

import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Finding, fail, ok, size, warn } from './finding.ts'

const NEEDED_NODE_MAJOR = 24
/** A peer takes about 150 MB and each space's agent 20 MB; below this nothing is left for a shell. */
const LOW_MEMORY_BYTES = 512 * 1024 * 1024
/** Databases and images grow: below the first one should act, below the second nothing can be saved. */
const LOW_DISK_BYTES = 2 * 1024 ** 3
const FULL_DISK_BYTES = 100 * 1024 ** 2

export function checkNode(version: string): Finding {
  if (Number(version.split('.')[0]) >= NEEDED_NODE_MAJOR) return ok('node', `Node ${version}`)
  return fail('node', `Node ${version} is too old`, 'Run npm ci, which brings Node 24.')
}

/** `meminfo` is the text of /proc/meminfo. */
export function checkMemory(meminfo = readFileSync('/proc/meminfo', 'utf8')): Finding {
  const kilobytes = Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1])
  const free = `${size(kilobytes * 1024)} of memory available`
  if (kilobytes * 1024 >= LOW_MEMORY_BYTES) return ok('memory', free)
  return warn('memory', free, 'Stop spaces that nobody uses, or give the machine more memory.')
}

/** A certificate, a session and an id's order all trust the clock. `builtAtMs` is when these files were written. */
export function checkClock(nowMs: number, builtAtMs: number): Finding {
  const now = new Date(nowMs).toISOString()
  if (nowMs >= builtAtMs) return ok('clock', now)
  return fail('clock', `The clock says ${now}, before Skein was installed`, 'Set it, e.g. by NTP.')
}

export function checkFolder(folder: string): Finding {
  const existing = nearestExisting(folder)
  try {
    accessSync(existing, constants.W_OK | constants.X_OK)
  } catch {
    const advice = 'Give it to the user who runs Skein, or choose another with --data.'
    return fail('data folder', `${existing} may not be written`, advice)
  }
  if (existing !== folder) return ok('data folder', `${folder} will be made`)
  if ((statSync(folder).mode & 0o007) === 0) return ok('data folder', folder)
  return warn('data folder', `${folder} is open to every user`, `chmod 700 '${folder}'`)
}

export function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(nearestExisting(folder))
  return judgeDisk(bavail * bsize, folder)
}

export function judgeDisk(freeBytes: number, folder: string): Finding {
  const free = `${size(freeBytes)} free at ${folder}`
  const advice = 'Free some space; `docker system df` shows what images and volumes take.'
  if (freeBytes < FULL_DISK_BYTES) return fail('disk', free, advice)
  return freeBytes < LOW_DISK_BYTES ? warn('disk', free, advice) : ok('disk', free)
}

function nearestExisting(folder: string): string {
  for (let path = folder; ; path = dirname(path)) {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return path
  }
}
