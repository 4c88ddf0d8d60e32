// An older Skein beside this one, from the repository's own history, to run a peer of it among others.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = new URL('../../..', import.meta.url).pathname

/**
 * The last in which a space is reached only through the peer that holds its agent's link. Its peers share all records and
 * what is live with ours, know no streams between peers, and tell neither clients nor agents where else to go.
 */
export const SHARED_RECORDS = '423ef890e0da9a268ec06e13e00321326c1347c9'

/** False in a copy without the history. */
export function hasCommit(commit: string): boolean {
  try {
    execFileSync('git', ['-C', ROOT, 'cat-file', '-e', `${commit}^{commit}`], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

/** The folder of that commit, ready to run and without pages; made once. */
export function checkOut(commit: string): string {
  const folder = join(ROOT, 'dist', 'older', commit.slice(0, 12))
  if (existsSync(folder)) return folder
  const making = `${folder}-${process.pid}`
  mkdirSync(making, { recursive: true })
  try {
    const archive = execFileSync('git', ['-C', ROOT, 'archive', commit], { maxBuffer: 2 ** 28 })
    execFileSync('tar', ['-x', '-C', making], { input: archive })
    symlinkSync(join(ROOT, 'node_modules'), join(making, 'node_modules'))
    execFileSync(process.execPath, [join(making, 'scripts', 'pack-agent.js')], { stdio: 'pipe' })
    renameSync(making, folder)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return folder
}
