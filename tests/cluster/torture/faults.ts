// What befalls the servers while clients write: at any time up to two things, each upon servers that nothing else befalls.
// Whatever is done is undone before `end` resolves.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../../sim/chance.ts'
import type { Namespaces } from '../namespaces.ts'
import type { DatabaseFault } from './databases.ts'
import type { Server } from './server.ts'

const LANES = 2
const FAULT_SECONDS = [0.5, 8] as const
const CUT_SECONDS = [2, 12] as const
const PAUSE_SECONDS = [0.5, 3] as const
/** Between two blows to a database: it shall be written to in between. */
const DATABASE_PAUSE_SECONDS = [2, 8] as const

export class Faults {
  /** How often each befell somebody. */
  readonly counts = new Map<string, number>()
  /** What befell whom, when, for whoever asks why. */
  readonly told: string[] = []
  readonly #servers: readonly Server[]
  readonly #network: Namespaces
  readonly #chance: Chance
  readonly #befallen = new Set<Server>()
  readonly #stop = new AbortController()
  readonly #lanes: Promise<unknown>

  /** `more`: what befalls the servers' databases, one at a time. */
  constructor(
    servers: readonly Server[],
    network: Namespaces,
    chance: Chance,
    more: readonly DatabaseFault[] = [],
  ) {
    this.#servers = servers
    this.#network = network
    this.#chance = chance
    const lanes = Array.from({ length: LANES }, () => this.#lane())
    this.#lanes = Promise.all(more.length > 0 ? [...lanes, this.#databaseLane(more)] : lanes)
  }

  async end(): Promise<void> {
    this.#stop.abort()
    await this.#lanes
  }

  async #lane(): Promise<void> {
    const faults = this.#servers.length > 1 ? [...alone, ...together] : alone
    while (await this.#waits(PAUSE_SECONDS)) await this.#befall(this.#chance.pick(faults))
  }

  async #databaseLane(faults: readonly DatabaseFault[]): Promise<void> {
    while (await this.#waits(DATABASE_PAUSE_SECONDS)) {
      const { name, work } = this.#chance.pick([...faults])
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
      const fromMs = performance.now()
      await work(async () => {
        await this.#waits(FAULT_SECONDS)
      })
      const [from, to] = [fromMs, performance.now()].map((ms) => (ms / 1000).toFixed(1))
      this.told.push(`${from} s to ${to} s: ${name}`)
    }
  }

  async #befall([name, count, work]: Fault): Promise<void> {
    const free = this.#servers.filter((server) => !this.#befallen.has(server))
    if (free.length < count) return
    const servers: Server[] = []
    while (servers.length < count)
      servers.push(this.#chance.pick(free.filter((one) => !servers.includes(one))))
    for (const server of servers) this.#befallen.add(server)
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    const fromMs = performance.now()
    await work(servers, {
      network: this.#network,
      others: this.#servers.filter((server) => !servers.includes(server)),
      lasts: async (seconds) => {
        await this.#waits(seconds)
      },
    })
    for (const server of servers) this.#befallen.delete(server)
    const [from, to] = [fromMs, performance.now()].map((ms) => (ms / 1000).toFixed(1))
    this.told.push(`${from} s to ${to} s: ${servers.map((one) => one.name)} ${name}`)
  }

  /** False, and at once, when it is time to end. */
  async #waits([least, most]: readonly [number, number]): Promise<boolean> {
    const { signal } = this.#stop
    const ms = this.#chance.between(least, most) * 1000
    await sleep(ms, undefined, { signal }).catch(() => undefined)
    return !signal.aborted
  }
}

interface Surroundings {
  readonly network: Namespaces
  readonly others: readonly Server[]
  readonly lasts: (seconds: readonly [number, number]) => Promise<void>
}

/** Its name, how many servers it befalls, and what it does until it is over. */
type Fault = readonly [
  name: string,
  count: number,
  work: (servers: readonly Server[], around: Surroundings) => Promise<void>,
]

const alone: readonly Fault[] = [
  ['killed', 1, ([server]) => killed(server)],
  [
    'crashed',
    1,
    async ([server], { lasts }) => {
      await server?.crash()
      await lasts(FAULT_SECONDS)
      await server?.start()
    },
  ],
  [
    'stopped',
    1,
    async ([server], { lasts }) => {
      server?.signal('SIGSTOP')
      await lasts(FAULT_SECONDS)
      server?.signal('SIGCONT')
    },
  ],
]

async function killed(server: Server | undefined): Promise<void> {
  server?.signal('SIGKILL')
  // The supervisor starts the next.
  await server?.ready()
}

type Cut = readonly [from: Server, to: Server]

/** Both directions between each of some and each of others. */
const between = (some: readonly Server[], others: readonly Server[]): Cut[] =>
  some.flatMap((one) =>
    others.flatMap((other): Cut[] => [
      [one, other],
      [other, one],
    ]),
  )

async function cut(cuts: readonly Cut[], { network, lasts }: Surroundings): Promise<void> {
  for (const [from, to] of cuts) network.cut(from.place, to.place)
  await lasts(CUT_SECONDS)
  for (const [from, to] of cuts) network.mend(from.place, to.place)
}

const together: readonly Fault[] = [
  ['cut off', 1, (servers, around) => cut(between(servers, around.others), around)],
  ['cut off in twos', 2, (servers, around) => cut(between(servers, around.others), around)],
  [
    'deaf',
    1,
    (servers, around) => {
      const ways = between(servers, around.others).filter(([from]) => !servers.includes(from))
      return cut(ways, around)
    },
  ],
]
