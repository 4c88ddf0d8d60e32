// Skein runs on Node 24, which npm brings as an optional dependency, so the machine's own Node may be older.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stop } from './say.js'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The path of a Node 24 or newer: ours, else the one that runs this. */
export function node24() {
  const ours = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  if (existsSync(ours)) return ours
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  throw new Stop(`Node 24 is not installed, and this is Node ${process.versions.node}.`, [
    'On Linux (x64, arm64) `npm ci` brings it, unless optional dependencies are left out.',
    'Elsewhere install Node 24 from https://nodejs.org and try again.',
  ])
}

/** The environment for npm's install scripts: addons are built against our Node's headers, not downloaded ones. */
export function buildEnvironment() {
  const headers = join(root, 'node_modules', `node-linux-${process.arch}`)
  return { ...process.env, npm_config_nodedir: headers }
}
