// The duty of this very process: its pages and agents, its supervisor, its data folder.

import { systemClock as clock, systemRandom as random } from '../../clock.ts'
import type { Config } from '../../config/settings.ts'
import type { Http } from '../../http/http.ts'
import type { Links } from '../../links/links.ts'
import type { Live } from '../../live/live.ts'
import type { Log } from '../../log.ts'
import type { Records } from '../../records/records.ts'
import { askSupervisor } from '../../supervisor/ask.ts'
import { readProgram, writeProgram } from '../../supervisor/program.ts'
import { loadPeerId } from '../peer-id.ts'
import { Duty } from './duty.ts'

/** Agents that are told to go are linked elsewhere within some ms each; the last of them is waited for so long, ms. */
export const AGENTS_LEAVE_MS = 2000

interface Foundation {
  readonly config: Config
  readonly records: Records
  readonly live: Live
  readonly log: Log
}

interface Departed {
  readonly http: Http
  readonly links: Links
}

/** What is wanted of this peer. */
export function takeUpDuty(
  base: Foundation,
  { http, links }: Departed,
  ready: Promise<unknown>,
): Duty {
  const { config, records, live, log } = base
  const pages = {
    drain: () => http.drain(),
    undrain: () => http.undrain(),
    get left() {
      return http.sockets
    },
  }
  const agents = {
    drain: () => void links.drain(AGENTS_LEAVE_MS),
    undrain: () => links.undrain(),
    get left() {
      return links.size
    },
  }
  // Agents first, so that people find them where they go.
  const departing = [agents, pages]
  return new Duty({
    ...{ records, live, clock, log, ready, versions: config.versions, departing },
    self: loadPeerId(config.data, { clock, random }),
    program: {
      read: () => readProgram(config.data),
      write: (program) => writeProgram(config.data, program),
    },
    startAnew: () => askSupervisor(config.data),
  })
}
