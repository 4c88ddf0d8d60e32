// What the handlers of streams share: the configuration, and each part of the agent that lives longer than a stream.

import type { AgentConfig, AgentReport } from '#protocol/report.ts'
import { type Clock, systemClock } from './clock.ts'
import { Uploads } from './files/uploads.ts'
import { LazyResumables } from './lazy-resumables.ts'
import { LazyTerminals } from './lazy-terminals.ts'
import type { Log } from './log.ts'
import { Arrivals } from './ports/arrivals.ts'
import { ListeningWatch } from './ports/listening.ts'
import { Services } from './services/services.ts'
import { Shutdown } from './shutdown/shutdown.ts'
import { Startup } from './startup/startup.ts'
import { Stats } from './stats/stats.ts'

export interface AgentContext {
  readonly config: AgentConfig
  readonly clock: Clock
  readonly log: Log
  readonly terminals: LazyTerminals
  readonly ports: ListeningWatch
  readonly arrivals: Arrivals
  readonly resumables: LazyResumables
  readonly uploads: Uploads
  readonly services: Services
  readonly startup: Startup
  readonly shutdown: Shutdown
  readonly stats: Stats
  /** Gives the link addresses that the peer has told of. */
  readonly learnAddresses: (addresses: readonly string[]) => void
}

export function createContext(from: {
  config: AgentConfig
  log: Log
  report: (report: AgentReport) => void
  learnAddresses: (addresses: readonly string[]) => void
}): AgentContext {
  const { config, log, report, learnAddresses } = from
  return {
    config,
    clock: systemClock,
    log,
    terminals: new LazyTerminals(config, report),
    ports: new ListeningWatch((ports) => report({ type: 'ports', ports })),
    arrivals: new Arrivals(),
    resumables: new LazyResumables(),
    uploads: new Uploads(systemClock),
    services: new Services(config, systemClock, report),
    startup: new Startup(config, systemClock, report),
    shutdown: new Shutdown(config, systemClock),
    stats: new Stats(systemClock),
    learnAddresses,
  }
}
