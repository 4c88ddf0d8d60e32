// An older Skein beside this one, to run a peer of it among others: from the repository's own history, or where that is not
// there (an archive, a shallow clone) this one less something that an older one did not know.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { trimmedCheckout } from '../../support/former.ts'

const ROOT = new URL('../../..', import.meta.url).pathname

/**
 * The last in which a space is reached only through the peer that holds its agent's link. Its peers share all records and
 * what is live with ours, know no streams between peers, and tell neither clients nor agents where else to go.
 */
const SHARED_RECORDS = '423ef890e0da9a268ec06e13e00321326c1347c9'

/** False in a copy without the history. */
function hasCommit(commit: string): boolean {
  if (process.env.SKEIN_TEST_NO_HISTORY !== undefined) return false
  try {
    execFileSync('git', ['-C', ROOT, 'cat-file', '-e', `${commit}^{commit}`], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

/** Its folder, ready to run and without pages, and where it is from. */
export function olderSkein(): { readonly folder: string; readonly origin: string } {
  if (hasCommit(SHARED_RECORDS)) {
    return { folder: checkOut(SHARED_RECORDS), origin: `commit ${SHARED_RECORDS.slice(0, 12)}` }
  }
  const { folder, origin, remove } = trimmedCheckout()
  process.once('exit', remove)
  return { folder, origin }
}

/** Made once. */
function checkOut(commit: string): string {
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
