// One run of the simulation: a cluster of three to seven, a minute of faults, then quiet in which it must agree.

import type { Rules } from '../../server/cluster/swim/rules.ts'
import { Chance } from './chance.ts'
import { Connected } from './connected.ts'
import { drawFaults, FAULTS_MS, type Fault, strike } from './faults.ts'
import { AGREE_BOUND_MS, CRASH_BOUND_MS, Membership, SETTLE_BOUND_MS } from './membership.ts'
import { World } from './world.ts'

export interface Outcome {
  readonly seed: number
  readonly violation: string | undefined
  /** Equal for two runs in which the same happened. */
  readonly trace: string
  readonly faults: readonly Fault[]
  readonly virtualMs: number
}

export interface RunOptions {
  readonly rules?: Rules
  /** In place of those that the seed draws: to shorten a failing run. */
  readonly faults?: readonly Fault[]
}

/** So long before a peer wakes it is certainly still asleep, in virtual ms. */
const LAST_MOMENT_MS = 0.001

export function run(seed: number, options: RunOptions = {}): Outcome {
  const chance = new Chance(seed)
  const size = chance.whole(3, 7)
  const world = new World(chance.split(), size, options.rules)
  const faults = options.faults ?? drawFaults(chance.split(), size)
  const connected = new Connected(world)
  const membership = new Membership(world, connected)
  plan(world, connected, faults, chance)
  const violation = live(world, membership)
  return { seed, violation, trace: world.trace, faults, virtualMs: world.agenda.nowMs }
}

function plan(world: World, connected: Connected, faults: readonly Fault[], chance: Chance): void {
  const addresses = world.peers.map(({ position }) => `10.0.0.${position}:7534`)
  for (const peer of world.peers) {
    world.agenda.at(chance.between(0, 1500), () => {
      connected.note()
      peer.start(addresses)
      connected.note()
    })
  }
  for (const fault of faults) {
    world.agenda.at(fault.atMs, () => {
      connected.note()
      strike(world, fault, addresses)
      connected.note()
      // Its end is a change as well: the last moment at which it still stands, and the first at which it does not.
      if (fault.type === 'stall') {
        world.agenda.after(fault.ms - LAST_MOMENT_MS, () => connected.note())
        world.agenda.after(fault.ms + LAST_MOMENT_MS, () => connected.note())
      }
    })
  }
  world.agenda.at(FAULTS_MS, () => {
    connected.note()
    world.network.heal()
    Object.assign(world.network.weather, { loss: 0.02, duplication: 0, delayMax: 5 })
    connected.note()
  })
}

function live(world: World, membership: Membership): string | undefined {
  const phases: readonly [number, () => string | undefined][] = [
    [FAULTS_MS + AGREE_BOUND_MS, () => membership.agreed()],
    [FAULTS_MS + CRASH_BOUND_MS, () => membership.completed()],
    [FAULTS_MS + SETTLE_BOUND_MS, () => membership.settled()],
  ]
  let violation: string | undefined
  for (const [untilMs, holds] of phases) {
    world.agenda.runUntil(untilMs, () => {
      violation = membership.check()
      return violation !== undefined
    })
    violation ??= holds()
    if (violation !== undefined) return violation
  }
  return undefined
}
