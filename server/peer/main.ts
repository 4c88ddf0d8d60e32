// A peer's process. It holds its instance's lock, tells on disk who it is, serves, and drains when it is asked to end.
//   node server/peer/main.ts INSTANCE [settings as flags]

import module from 'node:module'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'

// Before anything else is imported: 300 files of TypeScript otherwise cost 300 ms and 38 MB at each start.
module.enableCompileCache(
  fileURLToPath(new URL('../../node_modules/.cache/skein', import.meta.url)),
)

const { SkeinError } = await import('#protocol/errors.ts')
const { loadConfig } = await import('../config/load.ts')
const { createLog } = await import('../log.ts')
const { childLockPath, linkSocketPath, makeRunFolder, writeChild } = await import(
  '../supervisor/child-state.ts'
)
const { ExitStatus, exitStatus } = await import('../supervisor/exit.ts')
const { takeLock } = await import('../supervisor/lock.ts')
const { thisProcess } = await import('../supervisor/process.ts')
const { startPeer } = await import('./peer.ts')
const { welcome } = await import('./welcome.ts')

/** A keystroke passes through here while spaces keep every core busy. Needs root; without it, as the machine decides. */
const PEER_NICE = -5

function goBeforeSpaces(): void {
  try {
    setPriority(PEER_NICE)
  } catch {
    // Not permitted.
  }
}

async function serve(instance: string, words: readonly string[]): Promise<number> {
  const { config } = loadConfig({ words })
  const log = createLog({ level: config.logLevel, name: instance })
  // Whatever nobody caught leaves a state that nobody knows: the next process begins from what is on disk.
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'a bug ended this peer; the supervisor starts the next')
    log.flush(() => process.exit(ExitStatus.failed))
  })
  // SQLite makes its files for everyone to read, and someone may have opened the folder: hashes and keys are in them.
  process.umask(0o077)
  makeRunFolder(config.data)
  const lock = takeLock(childLockPath(config.data, instance))
  const state = { ...thisProcess(), instance, socket: linkSocketPath(config.data).socket }
  writeChild(config.data, { ...state, isReady: false })
  goBeforeSpaces()
  const asked = askedToEnd()
  const peer = await startPeer(config, log)
  const { url, cluster, fingerprint } = peer
  writeChild(config.data, { ...state, url, cluster, fingerprint, isReady: true })
  process.stdout.write(welcome({ ...peer, config, isColoured: process.stdout.isTTY === true }))
  log.info({ signal: await asked }, 'draining')
  await peer.close()
  lock.release()
  return ExitStatus.ok
}

/** Also before the peer serves: it then ends as soon as it could. */
function askedToEnd(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal))
  })
}

const [instance = 'peer-1', ...words] = process.argv.slice(2)
try {
  process.exit(await serve(instance, words))
} catch (error) {
  if (!(error instanceof SkeinError)) throw error
  const { code, message, hint } = error.body
  process.stderr.write(`${code}: ${message}\n  ${hint}\n`)
  process.exit(exitStatus(error.code))
}
