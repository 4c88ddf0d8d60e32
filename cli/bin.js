#!/usr/bin/env node
// The `skein` command. The only JavaScript of the program: it must run on whatever Node the machine has, and hands
// over to the Node 24 that npm installed beside us.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const NEEDED_MAJOR = 24
const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

async function hereOrHandOver() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
    // Our own folder: whoever may write a cache of ours may as well write our sources.
    module.enableCompileCache(fromRoot('node_modules/.cache/skein'))
    const { main } = await import(isBundleFresh() ? '../dist/program/cli/main.mjs' : './main.ts')
    return main(process.argv.slice(2))
  }
  const node = fromRoot(`node_modules/node-linux-${process.arch}/bin/node`)
  if (!existsSync(node)) {
    process.stderr.write(
      `skein needs Node ${NEEDED_MAJOR}; this is ${process.versions.node}. \`npm ci\` brings it on Linux.\n`,
    )
    return 1
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, (it) => child.kill(it))
  return new Promise((resolve) => {
    child.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

/** Whether each source is the very file that the bundle was made of; looking at them takes 3 ms, reading them 15. */
function isBundleFresh() {
  try {
    const stamps = JSON.parse(readFileSync(fromRoot('dist/program/stamps.json'), 'utf8'))
    return stamps.every(([source, bytes, changedMs]) => {
      const { size, mtimeMs } = statSync(fromRoot(source))
      return size === bytes && mtimeMs === changedMs
    })
  } catch {
    // Never bundled, or a source is gone.
    return false
  }
}

process.exitCode = await hereOrHandOver()
