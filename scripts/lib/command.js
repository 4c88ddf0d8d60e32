// Running other programs: printed or quiet, with their exit status, and with the signals that we are sent.

import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Stop, command as sayCommand } from './say.js'

/** Where a program is (or the file itself), or undefined. Looks into the sbin folders too: a user's PATH often lacks them. */
export function which(program) {
  if (program.startsWith('/')) return existsSync(program) ? program : undefined
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((path) => isExecutable(path))
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Prints and runs; resolves when it ended well, else throws a `Stop`. */
export async function run(argv, options = {}) {
  sayCommand(argv)
  const status = await attached(argv, options)
  if (status !== 0)
    throw new Stop(`“${argv.join(' ')}” ended with status ${status}.`, options.advice)
}

/** Runs with our own terminal and passes SIGINT, SIGTERM and SIGHUP on; resolves to the exit status. */
export function attached(argv, { cwd, env } = {}) {
  const [file, ...args] = argv
  const child = spawn(file, args, { cwd, env: env ?? process.env, stdio: 'inherit' })
  const pass = (signal) => child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (status, signal) => {
      for (const name of signals) process.off(name, pass)
      resolve(status ?? 128 + (signal === 'SIGINT' ? 2 : 15))
    })
  })
}

/** Runs quietly; resolves to status and text of both outputs. */
export function capture(argv, { cwd, env } = {}) {
  const [file, ...args] = argv
  const child = spawn(file, args, {
    cwd,
    env: env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status: status ?? 128, signal, output }))
  })
}
