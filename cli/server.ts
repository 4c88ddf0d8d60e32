// `skein server`: the supervisor, in the foreground, until a signal ends it.

import { fileURLToPath } from 'node:url'
import { SkeinError } from '#protocol/errors.ts'
import { STREAMING_HEAP_FLAG } from '#protocol/heap.ts'
import { loadConfig } from '../server/config/load.ts'
import { createLog, type Log } from '../server/log.ts'
import { Supervisor } from '../server/supervisor/supervisor.ts'

/** The one peer of this version; several per supervisor come later, and each keeps its name for ever. */
const INSTANCE = 'peer-1'
/** One Ctrl-C comes from the terminal and again from whatever started us; only a later one asks not to wait. */
const SAME_REQUEST_MS = 500
const PEER = fileURLToPath(new URL('../server/peer/main.ts', import.meta.url))

export async function server(words: readonly string[]): Promise<number> {
  const { config } = loadConfig({ words })
  const log = createLog({ level: config.logLevel, name: 'supervisor' })
  // Before the lock is taken: whoever sees it may signal at once. No signal is heard before the constructor is through.
  onStopSignals(() => supervisor.stop())
  process.on('SIGHUP', () => reload(supervisor, words, log))
  const supervisor = new Supervisor({
    config,
    log,
    instance: INSTANCE,
    command: [process.execPath, STREAMING_HEAP_FLAG, PEER, INSTANCE, ...words],
  })
  return supervisor.ended
}

function onStopSignals(stop: () => void): void {
  let heardMs = Number.NEGATIVE_INFINITY
  const heard = () => {
    const nowMs = performance.now()
    if (nowMs - heardMs > SAME_REQUEST_MS) stop()
    heardMs = nowMs
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, heard)
}

/** A configuration that is wrong by now must not cost us the peer that runs. */
function reload(supervisor: Supervisor, words: readonly string[], log: Log): void {
  try {
    loadConfig({ words })
  } catch (error) {
    if (!(error instanceof SkeinError)) throw error
    log.error({ code: error.code, hint: error.body.hint }, `not reloaded: ${error.message}`)
    return
  }
  log.info('reloading: the peer is drained and started again')
  supervisor.reload()
}
