// What goes wrong in one run, drawn from its seed: each run favours other faults, so that rare combinations come up
// (swarm testing, Groce et al., ISSTA 2012). A list of plain data, so that a failing run can be shortened.

import type { Chance } from './chance.ts'
import type { World } from './world.ts'

export type Fault =
  | { readonly type: 'crash' | 'restart' | 'leave'; readonly atMs: number; readonly peer: number }
  | {
      readonly type: 'stall' | 'clock-step'
      readonly atMs: number
      readonly peer: number
      readonly ms: number
    }
  | { readonly type: 'metadata'; readonly atMs: number; readonly peer: number }
  | { readonly type: 'split'; readonly atMs: number; readonly sides: readonly number[] }
  | { readonly type: 'heal'; readonly atMs: number }
  | {
      readonly type: 'cut' | 'mend'
      readonly atMs: number
      readonly peer: number
      readonly to: number
    }
  | {
      readonly type: 'weather'
      readonly atMs: number
      readonly loss: number
      readonly duplication: number
      readonly delayMax: number
    }

/** How long faults go on, ms of virtual time. */
export const FAULTS_MS = 60_000
const MOST_FAULTS = 14

const KINDS = [
  'crash',
  'stall',
  'split',
  'cut',
  'weather',
  'leave',
  'clock-step',
  'metadata',
] as const

export function drawFaults(chance: Chance, size: number): Fault[] {
  const kinds = KINDS.flatMap((kind) => Array<typeof kind>(chance.whole(0, 4)).fill(kind))
  const faults: Fault[] = []
  if (kinds.length === 0) return faults
  for (let i = chance.whole(1, MOST_FAULTS); i > 0; i--) {
    faults.push(...drawFault(chance.pick(kinds), chance, size))
  }
  return faults.toSorted((a, b) => a.atMs - b.atMs)
}

function drawFault(kind: (typeof KINDS)[number], chance: Chance, size: number): Fault[] {
  const atMs = chance.between(3000, FAULTS_MS)
  const lastsMs = chance.pick([300, 2000, 8000, 30_000]) * chance.between(0.5, 1.5)
  const endMs = Math.min(atMs + lastsMs, FAULTS_MS)
  const peer = chance.whole(0, size - 1)
  switch (kind) {
    case 'crash':
    case 'leave': {
      const gone: Fault = { type: kind, atMs, peer }
      return chance.hits(0.7) ? [gone, { type: 'restart', atMs: endMs, peer }] : [gone]
    }
    case 'stall':
      return [{ type: 'stall', atMs, peer, ms: endMs - atMs }]
    case 'split': {
      const sides = Array.from({ length: size }, () => (chance.hits(0.5) ? 1 : 0))
      return [
        { type: 'split', atMs, sides },
        { type: 'heal', atMs: endMs },
      ]
    }
    case 'cut': {
      const to = (peer + chance.whole(1, size - 1)) % size
      return [
        { type: 'cut', atMs, peer, to },
        { type: 'mend', atMs: endMs, peer, to },
      ]
    }
    case 'weather':
      return [
        {
          type: 'weather',
          atMs,
          loss: chance.pick([0.05, 0.1, 0.3]),
          duplication: chance.pick([0, 0.2]),
          delayMax: chance.pick([2, 30, 150]),
        },
        { type: 'weather', atMs: endMs, loss: 0, duplication: 0, delayMax: 2 },
      ]
    case 'clock-step':
      return [{ type: 'clock-step', atMs, peer, ms: chance.between(-3_600_000, 3_600_000) }]
    case 'metadata':
      return [{ type: 'metadata', atMs, peer }]
  }
}

/** Makes the fault happen now. Whatever makes no sense at the moment does nothing. */
export function strike(world: World, fault: Fault, seeds: readonly string[]): void {
  switch (fault.type) {
    case 'split':
      world.network.split(fault.sides)
      return
    case 'heal':
      world.network.heal()
      return
    case 'cut':
      world.network.cut(fault.peer, fault.to)
      return
    case 'mend':
      world.network.mend(fault.peer, fault.to)
      return
    case 'weather': {
      const { loss, duplication, delayMax } = fault
      Object.assign(world.network.weather, { loss, duplication, delayMax })
      return
    }
    case 'crash':
    case 'restart':
    case 'leave':
    case 'stall':
    case 'clock-step':
    case 'metadata':
      strikePeer(world, fault, seeds)
  }
}

function strikePeer(
  world: World,
  fault: Extract<Fault, { peer: number }>,
  seeds: readonly string[],
): void {
  const peer = world.peers[fault.peer]
  if (!peer) return
  if (fault.type === 'restart') {
    if (!peer.isUp) peer.start(seeds)
    return
  }
  if (!peer.isUp) return
  if (fault.type === 'crash') peer.crash()
  else if (fault.type === 'stall') peer.stall(fault.ms)
  else if (fault.type === 'clock-step') peer.wallOffsetMs += fault.ms
  else if (fault.type === 'metadata') {
    peer.take({ type: 'metadata', metadata: `{"at":${Math.floor(fault.atMs)}}` })
  } else if (fault.type === 'leave') peer.take({ type: 'leave' })
}
