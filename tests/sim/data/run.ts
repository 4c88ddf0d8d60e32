// One run of the simulation with data: two to four databases, some with two peers, that are written to while everything
// fails; then quiet, in which they must agree.

import { Chance } from '../chance.ts'
import type { Breakage } from './broken.ts'
import { Clients } from './clients.ts'
import { type DataFault, drawDataFaults, FAULTS_MS, strikeData } from './faults.ts'
import { DataWorld } from './world.ts'

/** From the last fault to agreement, ms: digests go to one peer a second by chance, and what is odd is watched first. */
const AGREE_MS = 30_000
/** At the very end nothing but digests may be sent, ms. */
const QUIET_MS = 3000
/** D10: what two equal peers exchange. */
const EQUAL_BYTES = 400

export interface DataOutcome {
  readonly seed: number
  readonly violation: string | undefined
  /** Equal for two runs in which the same happened. */
  readonly trace: string
  readonly faults: readonly DataFault[]
  readonly writes: number
  readonly comparisons: number
}

export interface DataRunOptions {
  readonly breakage?: Breakage
  /** In place of those that the seed draws: to shorten a failing run. */
  readonly faults?: readonly DataFault[]
}

export function runData(seed: number, options: DataRunOptions = {}): DataOutcome {
  const { breakage = {} } = options
  const chance = new Chance(seed)
  const world = new DataWorld(chance.split(), breakage)
  const faults = options.faults ?? drawDataFaults(chance.split(), world)
  plan(world, faults, breakage, chance)
  const violation = live(world)
  const { trace, comparisons } = world
  return { seed, violation, trace, faults, writes: world.ledger.writes, comparisons }
}

function plan(
  world: DataWorld,
  faults: readonly DataFault[],
  breakage: Breakage,
  chance: Chance,
): void {
  const clients = new Clients(chance.split(), { dropsUnknown: breakage.dropsUnknown === true })
  const pauseMs = chance.pick([60, 200, 600])
  const write = () => {
    if (world.agenda.nowMs > FAULTS_MS) return
    const peer = chance.pick(world.peers)
    if (peer.isUp) peer.write(() => clients.draw(peer.replica, peer.isOld))
    world.agenda.after(chance.between(0, 2 * pauseMs), write)
  }
  world.agenda.at(600, write)
  for (const fault of faults) {
    world.agenda.at(fault.atMs, () => strikeData(world, fault, breakage.keepsOrigin === true))
  }
  world.agenda.at(FAULTS_MS, () => heal(world))
}

function heal(world: DataWorld): void {
  world.network.heal()
  Object.assign(world.network.weather, { loss: 0, delayMax: 2 })
  for (const database of world.databases) {
    Object.assign(database, { fullUntilMs: 0, slowUntilMs: 0, corruptUntilMs: 0 })
  }
  for (const peer of world.peers) if (!peer.isUp) peer.start()
}

function live(world: DataWorld): string | undefined {
  const { ledger, agenda } = world
  const isOver = () => ledger.violation !== undefined
  agenda.runUntil(FAULTS_MS + AGREE_MS, isOver)
  if (ledger.violation) return ledger.violation
  world.metered = []
  agenda.runUntil(FAULTS_MS + AGREE_MS + QUIET_MS, isOver)
  return ledger.finally() ?? stale(world) ?? quiet(world)
}

/** D2 of members: what they have in memory is what their database has. */
function stale({ peers }: DataWorld): string | undefined {
  const behind = peers.find(({ replica, database }) => replica.text !== database.replica.text)
  return behind && `D2 ${behind.name} has not seen what its fellows wrote`
}

/** D10: equal peers exchange digests and nothing else. */
function quiet({ metered = [] }: DataWorld): string | undefined {
  const loud = metered.find(({ type, bytes }) => type !== 'digest' || bytes > EQUAL_BYTES)
  return loud && `D10 equal peers exchanged a ${loud.type} of ${loud.bytes} bytes`
}
