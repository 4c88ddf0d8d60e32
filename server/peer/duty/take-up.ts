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
import type { Place } from '../place.ts'
import { Duty } from './duty.ts'
import { Everybody } from './everybody.ts'

interface Foundation {
  readonly config: Config
  readonly records: Records
  readonly live: Live
  readonly log: Log
}

/** What is wanted of this peer. */
export function takeUpDuty(
  base: Foundation,
  place: Place,
  { http, links, ready }: { http: Http; links: Links; ready: Promise<unknown> },
): Duty {
  const { config, records, live, log } = base
  const self = loadPeerId(config.data, { clock, random })
  const patienceMs = config.drainSeconds * 1000
  return new Duty({
    ...{ records, live, clock, log, ready, versions: config.versions, self },
    departing: new Everybody({ links, http, clock, patienceMs }),
    isAlone: () => place.isAlone,
    program: {
      read: () => readProgram(config.data),
      write: (program) => writeProgram(config.data, program),
    },
    startAnew: () => askSupervisor(config.data),
  })
}
