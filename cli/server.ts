// `skein server`: the supervisor, in the foreground, until a signal ends it.

import { SkeinError } from '#protocol/errors.ts'
import { GATEWAY_FLAGS, PEER_FLAGS } from '#protocol/heap.ts'
import { loadConfig } from '../server/config/load.ts'
import { type Config, sshAddress } from '../server/config/settings.ts'
import { createLog, type Log } from '../server/log.ts'
import { startedFile } from '../server/supervisor/bundle.ts'
import type { ChildSpec } from '../server/supervisor/child.ts'
import { fallenBack, nodeOf, readProgram, writeProgram } from '../server/supervisor/program.ts'
import { Supervisor } from '../server/supervisor/supervisor.ts'

/** One Ctrl-C comes from the terminal and again from whatever started us; only a later one asks not to wait. */
const SAME_REQUEST_MS = 500
const PEER = 'server/peer/main.ts'
const GATEWAY = 'server/gateway/main.ts'

export async function server(words: readonly string[]): Promise<number> {
  const { config } = loadConfig({ words })
  const log = createLog({ level: config.logLevel, name: 'supervisor' })
  // Before the lock is taken: whoever sees it may signal at once. No signal is heard before the constructor is through.
  onStopSignals(() => supervisor.stop())
  process.on('SIGHUP', () => reload(supervisor, words, log))
  const supervisor = new Supervisor({
    config,
    log,
    children: children(config, words),
    fallBack: () => fallBack(config, words, log),
  })
  return supervisor.ended
}

/** An upgrade that does not serve is left again without anybody's doing, or nobody could ask its peer for it. */
function fallBack(config: Config, words: readonly string[], log: Log) {
  const before = readProgram(config.data)
  const after = fallenBack(before)
  if (after === undefined) return undefined
  writeProgram(config.data, after)
  log.error({ failed: before.current, back: after.current }, 'the chosen version does not serve')
  return children(config, words)
}

/** The one peer and its gateway, of the version that was chosen; each keeps its name for ever. */
function children(config: Config, words: readonly string[]): readonly ChildSpec[] {
  const { current } = readProgram(config.data)
  const node = nodeOf(current)
  const child = (name: string, flags: readonly string[], program: string): ChildSpec => {
    const instance = `${name}-1`
    const command = [node, ...flags, startedFile(current, program), instance, ...words] as const
    return { name, instance, command }
  }
  const peer = child('peer', PEER_FLAGS, PEER)
  return sshAddress(config) === undefined
    ? [peer]
    : [peer, child('gateway', GATEWAY_FLAGS, GATEWAY)]
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

/** A configuration that is wrong by now must not cost us what runs. */
function reload(supervisor: Supervisor, words: readonly string[], log: Log): void {
  try {
    const { config } = loadConfig({ words })
    log.info('reloading: peer and gateway are drained and started again, one after the other')
    supervisor.reload(children(config, words))
  } catch (error) {
    if (!(error instanceof SkeinError)) throw error
    log.error({ code: error.code, hint: error.body.hint }, `not reloaded: ${error.message}`)
  }
}
