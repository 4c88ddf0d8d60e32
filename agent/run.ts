// Puts the agent's parts together and takes them apart again.

import { randomBytes } from 'node:crypto'
import type { AgentConfig, AgentReport } from '#protocol/report.ts'
import { createContext } from './context.ts'
import { dispatch } from './dispatch.ts'
import { IdleTrim } from './idle.ts'
import { createDialer } from './link/dialer.ts'
import type { ServedStream } from './link/served.ts'
import type { Log } from './log.ts'
import { LOOK_EVERY_MS } from './ports/listening.ts'
import { repeat } from './repeat.ts'
import { SAMPLE_EVERY_MS } from './stats/stats.ts'

export interface RunningAgent {
  /** Runs the shut-down script, ends all that the agent started (TERM, then KILL after 8 s), then the link. */
  stop(): Promise<void>
}

export function startAgent(config: AgentConfig, version: string, log: Log): RunningAgent {
  const stopping = new AbortController()
  const agent = createContext({
    config,
    log,
    report: (report: AgentReport) => dialer.report(report),
    learnAddresses: (addresses) => dialer.learn(addresses),
  })
  const dialer = createDialer({
    addresses: config.addresses,
    identity: { spaceId: config.spaceId, epoch: config.epoch },
    key: Buffer.from(config.key, 'hex'),
    version,
    run: randomBytes(16).toString('hex'),
    log,
    delay: (ms, signal) => agent.clock.delay(ms, signal),
    onStream: (stream) => void serve(stream),
  })
  const idle = new IdleTrim()
  const serve = async (stream: ServedStream) => {
    // Questions come at any time, and leave nothing behind.
    const done = stream.open.kind === 'ask' ? () => undefined : idle.busy()
    await dispatch(stream, agent)
    done()
  }
  const rounds = [
    { what: 'looking for ports', everyMs: LOOK_EVERY_MS, work: () => agent.ports.look() },
    {
      what: 'sampling use',
      everyMs: SAMPLE_EVERY_MS,
      work: async () => dialer.report(await agent.stats.sample()),
    },
  ]
  for (const round of rounds) {
    void repeat(round, { clock: agent.clock, log, signal: stopping.signal })
  }
  agent.services.start()
  void agent.startup.run()
  log.info('the agent runs', { version, space: config.spaceName, epoch: config.epoch })

  const stop = async () => {
    // While everything still runs: it may want the services, or a terminal that looks on.
    await agent.startup.stop()
    await agent.shutdown.run()
    stopping.abort()
    agent.resumables.close()
    await Promise.all([agent.services.stop(), agent.terminals.close()])
    await dialer.close()
  }
  return { stop }
}
