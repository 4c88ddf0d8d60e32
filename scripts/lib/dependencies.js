// node_modules against the lock file, and what is built from the sources against the sources: each is made again
// only when it is missing or no longer fits.

import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, run } from './command.js'
import { buildEnvironment, node24, root } from './node24.js'
import { ensurePackages } from './packages.js'
import { Stop, step } from './say.js'

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

/** Packs the agent's folder, the server and the laptop's program and builds the web application where their sources changed. */
export async function ensureBuilt() {
  await Promise.all([packAgent(), packCli(), buildChanged(PROGRAM), buildChanged(WEB)])
}

/** It knows by itself what it was made of, down to the modules that were bundled. */
async function packAgent() {
  await build('agent', ['scripts/pack-agent.js'])
}

/** Takes a fraction of a second, less than finding out whether it is needed. */
async function packCli() {
  await build('program for laptops', ['scripts/pack-cli.js'])
}

const WEB = {
  name: 'pages',
  from: ['web', 'protocol', 'package-lock.json'],
  makes: join(root, 'dist/web/index.html'),
  stamp: join(root, 'dist/web.inputs'),
  argv: ['node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn'],
}

const PROGRAM = {
  name: 'server',
  from: [
    ...['cli', 'agent', 'server', 'ssh', 'link', 'protocol'],
    ...['scripts/pack-program.js', 'package.json', 'package-lock.json'],
  ],
  makes: join(root, 'dist/program/inputs.json'),
  stamp: join(root, 'dist/program.inputs'),
  argv: ['scripts/pack-program.js'],
}

async function buildChanged({ name, from, makes, stamp, argv }) {
  const inputs = hashOf(from)
  const isFresh = existsSync(makes) && existsSync(stamp)
  if (isFresh && readFileSync(stamp, 'utf8') === inputs) return
  step(`Building the ${name}`)
  await build(name, argv)
  writeFileSync(stamp, inputs)
}

async function build(name, argv) {
  const { status, output } = await capture([node24(), ...argv], { cwd: root })
  if (status !== 0) throw new Stop(`Building the ${name} failed:\n${output.trim()}`)
}

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
