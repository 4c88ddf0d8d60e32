// Another checkout of Skein, as it was when records had just become the same on every peer: for peers of an earlier version
// among those of this one. It is taken from the history; where that is not there (an archive, a shallow clone) it is this
// checkout, less something that an earlier one did not know.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Wait for all peers where a credential is made that may be used elsewhere at once. */
const COMMIT = '519450e'
const FOLDERS = ['protocol', 'link', 'agent', 'ssh', 'server', 'cli', 'migrations']
/** What is built of this checkout serves: agents and pages are not what is tested. */
const SHARED = ['dist', 'node_modules']
export const FORMER_VERSION = '0.0.9'

export interface Former {
  readonly folder: string
  readonly bin: string
  /** Where it is from, for the test's report. */
  readonly origin: string
  remove(): void
}

export function formerCheckout(): Former {
  return checkout((folder) => (fromHistory(folder) ? `commit ${COMMIT}` : trimmedCopy(folder)))
}

/** Where the history is not there. */
export const trimmedCheckout = (): Former => checkout(trimmedCopy)

function checkout(fill: (folder: string) => string): Former {
  const folder = mkdtempSync(join(tmpdir(), 'skein-former-'))
  const origin = fill(folder)
  for (const name of SHARED) symlinkSync(join(ROOT, name), join(folder, name))
  alter(folder, 'package.json', /"version": "[^"]+"/, `"version": "${FORMER_VERSION}"`)
  return {
    folder,
    bin: join(folder, 'cli/bin.js'),
    origin,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function fromHistory(folder: string): boolean {
  if (process.env.SKEIN_TEST_NO_HISTORY !== undefined) return false
  try {
    const paths = [...FOLDERS, 'package.json']
    const archive = execFileSync('git', ['-C', ROOT, 'archive', COMMIT, ...paths], {
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    execFileSync('tar', ['-x', '-C', folder], { input: archive })
    return true
  } catch {
    return false
  }
}

/** It lacks the group that says when a key was used: what it does not know it must pass on as it is. */
function trimmedCopy(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of [...FOLDERS, 'package.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  }
  alter(folder, 'server/records/schemas.ts', /\n {4}used: z\.object\(\{ at: time \}\),/g, '')
  return 'this checkout without what says when a key was used; the history is not here'
}

function alter(folder: string, name: string, what: RegExp, by: string): void {
  const path = join(folder, name)
  const before = readFileSync(path, 'utf8')
  const after = before.replace(what, by)
  if (after === before) throw new Error(`nothing to change in ${name}`)
  writeFileSync(path, after)
}
