// node_modules against the lock file, and what is built from the sources against the sources: each is made again
// only when it is missing or no longer fits.

import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, run } from './command.js'
import { buildEnvironment, node24, root } from './node24.js'
import { ensurePackages } from './packages.js'
import { note, Stop, step } from './say.js'

/**
 * True when `installed` (npm's node_modules/.package-lock.json) holds what `lock` asks for. Optional packages may be
 * absent: npm leaves out those of other platforms.
 */
export function fits(lock, installed) {
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true
    const present = installed.packages[path]
    if (present === undefined) return wanted.optional === true
    return present.version === wanted.version && present.integrity === wanted.integrity
  })
}

/** Runs `npm ci` unless node_modules fits the lock file. */
export async function ensureDependencies() {
  const folder = join(root, 'node_modules')
  // A linked folder is someone's own arrangement (several worktrees, one installation): npm would empty it.
  if (existsSync(folder) && lstatSync(folder).isSymbolicLink()) return
  const installed = join(folder, '.package-lock.json')
  if (existsSync(installed) && fits(readJson(join(root, 'package-lock.json')), readJson(installed)))
    return
  step('Installing the dependencies')
  await ensurePackages(['compiler', 'python'])
  await run(['npm', 'ci', '--include=dev', '--include=optional', '--no-fund', '--no-audit'], {
    cwd: root,
    env: buildEnvironment(),
  })
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** What is built, by which command, from which sources. `makes` must exist afterwards. */
const builds = [
  {
    name: 'agent',
    argv: ['scripts/pack-agent.js'],
    makes: 'dist/agent/agent.mjs',
    from: ['agent', 'protocol', 'scripts/pack-agent.js', 'package-lock.json'],
  },
  {
    name: 'web',
    argv: ['node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn'],
    makes: 'dist/web/index.html',
    from: ['web', 'protocol', 'package-lock.json'],
  },
]

/** Builds the agent's folder and the web application where their sources changed, both at once. */
export async function ensureBuilt() {
  const stale = builds.filter((build) => !isFresh(build))
  if (stale.length === 0) return
  step(`Building: ${stale.map((build) => build.name).join(', ')}`)
  await Promise.all(stale.map((build) => make(build)))
}

async function make(build) {
  const stamp = hashOf(build.from)
  const { status, output } = await capture([node24(), ...build.argv], { cwd: root })
  if (status !== 0 || !existsSync(join(root, build.makes))) {
    throw new Stop(`Building the ${build.name} failed (status ${status}):\n${output.trim()}`)
  }
  mkdirSync(join(root, 'dist', '.stamps'), { recursive: true })
  writeFileSync(stampPath(build), stamp)
  note(`${build.name} built`)
}

function isFresh(build) {
  if (!existsSync(join(root, build.makes)) || !existsSync(stampPath(build))) return false
  return readFileSync(stampPath(build), 'utf8') === hashOf(build.from)
}

const stampPath = (build) => join(root, 'dist', '.stamps', build.name)

/** SHA-256 over the paths and contents of files and folders, tests left out. */
function hashOf(paths) {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((path) => filesBelow(path))) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

function filesBelow(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!lstatSync(full).isDirectory()) return [path]
  return readdirSync(full)
    .sort()
    .filter((name) => name !== 'node_modules' && !name.endsWith('.test.ts'))
    .flatMap((name) => filesBelow(join(path, name)))
}
