// How soon a crash is noticed, in virtual time: a quiet cluster on a quick network in which one peer after the other is
// killed and replaced, as `bench/gossip.ts` does it with real sockets. A thousand kills take seconds here.

import type { Rules } from '../../server/cluster/swim/rules.ts'
import { Chance } from './chance.ts'
import type { SimPeer } from './peer.ts'
import { World } from './world.ts'

export interface Detection {
  /** From the crash to the first `unreachable` and to everyone's, ms; `Infinity` when that did not come in time. */
  readonly firstMs: number
  readonly allMs: number
}

/** Longer than any detection may take, ms. */
const PATIENCE_MS = 30_000
/** How long a cluster has to find one another, ms; a kill comes at any moment of the second after it. */
const TO_MEET_MS = 2000

/** Kills `rounds` peers one after the other, each replaced by one of another id as soon as everybody has missed it. */
export function detections(
  seed: number,
  options: { size: number; rounds: number; rules?: Rules },
): Detection[] {
  const chance = new Chance(seed)
  const { size, rounds, rules } = options
  const world = new World(chance.split(), size + rounds, rules)
  world.network.weather.delayMin = 0.05
  world.network.weather.delayMax = 0.5
  const [seedPeer] = world.peers
  const seeds = seedPeer ? [`10.0.0.${seedPeer.position}:7534`] : []
  for (const peer of world.peers.slice(0, size)) peer.start(seeds)
  let nextAt = size
  return Array.from({ length: rounds }, (_, round) => {
    runFor(world, TO_MEET_MS + chance.between(0, 1000))
    // Never the one whose address the others know.
    const living = world.running.slice(1)
    const victim = living[round % living.length]
    if (!victim) throw new Error('nobody to kill')
    const detection = kill(world, victim)
    world.peers[nextAt]?.start(seeds)
    nextAt += 1
    return detection
  })
}

function kill(world: World, victim: SimPeer): Detection {
  const killedMs = world.agenda.nowMs
  victim.crash()
  const missedMs = new Map<SimPeer, number>()
  world.verdicts = []
  world.agenda.runUntil(killedMs + PATIENCE_MS, () => {
    for (const { observer, effect } of world.verdicts) {
      const isIt = effect.id === victim.id && effect.is === 'unreachable'
      if (isIt && !missedMs.has(observer)) {
        missedMs.set(observer, world.agenda.nowMs - killedMs)
      }
    }
    world.verdicts = []
    return missedMs.size === world.running.length
  })
  const times = [...missedMs.values()]
  const isWhole = times.length === world.running.length
  return {
    firstMs: Math.min(...times),
    allMs: isWhole ? Math.max(...times) : Number.POSITIVE_INFINITY,
  }
}

function runFor(world: World, ms: number): void {
  world.agenda.runUntil(world.agenda.nowMs + ms, () => false)
  world.verdicts = []
}
