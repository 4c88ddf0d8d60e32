// What every child of the supervisor does alike: it reads its settings, holds its instance's lock, tells on disk who it
// is and whether it serves, and drains when it is asked to end.

import { setPriority } from 'node:os'
import { SkeinError } from '#protocol/errors.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import { createLog, type Log } from '../log.ts'
import { type ChildState, childLockPath, makeRunFolder, writeChild } from './child-state.ts'
import { ExitStatus, exitStatus } from './exit.ts'
import { takeLock } from './lock.ts'
import { thisProcess } from './process.ts'

/** A keystroke passes through here while spaces keep every core busy. Needs root; without it, as the machine decides. */
const CHILD_NICE = -5

/** A child that serves. */
export interface Serving {
  /** What is told of it on disk, besides who it is. */
  readonly state: Pick<ChildState, 'url' | 'cluster' | 'fingerprint'>
  /** For whoever looks at the server's output. */
  readonly welcome: string
  /** Drains, then ends. */
  close(): Promise<void>
}

export interface ChildProgram {
  readonly name: string
  /** Told on disk from the beginning. */
  readonly state?: (config: Config) => Pick<ChildState, 'socket'>
  readonly start: (config: Config, log: Log) => Promise<Serving>
}

/** Runs the child of this process's command line, `INSTANCE [settings as flags]`, and ends the process. */
export async function runChild(program: ChildProgram): Promise<never> {
  const [instance = `${program.name}-1`, ...words] = process.argv.slice(2)
  try {
    process.exit(await serve(program, instance, words))
  } catch (error) {
    if (!(error instanceof SkeinError)) throw error
    const { code, message, hint } = error.body
    process.stderr.write(`${code}: ${message}\n  ${hint}\n`)
    process.exit(exitStatus(error.code))
  }
}

async function serve(
  { name, start, state: stateOf }: ChildProgram,
  instance: string,
  words: readonly string[],
): Promise<number> {
  const { config } = loadConfig({ words })
  const log = createLog({ level: config.logLevel, name: instance })
  // Whatever nobody caught leaves a state that nobody knows: the next process begins from what is on disk.
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, `a bug ended this ${name}; the supervisor starts the next`)
    log.flush(() => process.exit(ExitStatus.failed))
  })
  // SQLite makes its files for everyone to read, and someone may have opened the folder: hashes and keys are in them.
  process.umask(0o077)
  makeRunFolder(config.data)
  const lock = takeLock(childLockPath(config.data, instance))
  const state = { ...thisProcess(), instance, ...stateOf?.(config) }
  writeChild(config.data, { ...state, isReady: false })
  goBeforeSpaces()
  const asked = askedToEnd()
  const serving = await start(config, log)
  writeChild(config.data, { ...state, ...serving.state, isReady: true })
  process.stdout.write(serving.welcome)
  log.info({ signal: await asked }, 'draining')
  await serving.close()
  lock.release()
  return ExitStatus.ok
}

function goBeforeSpaces(): void {
  try {
    setPriority(CHILD_NICE)
  } catch {
    // Not permitted.
  }
}

/** Also before it serves: it then ends as soon as it could. */
function askedToEnd(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal))
  })
}
