// What goes wrong in one run with data, drawn from its seed, as plain data.

import type { Chance } from '../chance.ts'
import type { DataWorld } from './world.ts'

export type DataFault =
  | { readonly type: 'crash' | 'restart'; readonly atMs: number; readonly peer: number }
  | {
      readonly type: 'clock-step'
      readonly atMs: number
      readonly peer: number
      readonly ms: number
    }
  | { readonly type: 'split'; readonly atMs: number; readonly sides: readonly number[] }
  | { readonly type: 'heal'; readonly atMs: number }
  | { readonly type: 'reset'; readonly atMs: number; readonly peer: number; readonly to: number }
  | {
      readonly type: 'weather'
      readonly atMs: number
      readonly loss: number
      readonly delayMax: number
    }
  | {
      readonly type: 'full' | 'slow' | 'corrupt'
      readonly atMs: number
      readonly database: number
      readonly ms: number
    }
  | {
      /** `back`: a shared database alone, while its peers go on. */
      readonly type: 'restore' | 'back'
      readonly atMs: number
      readonly database: number
      /** How old the copy is, at least. */
      readonly ageMs: number
    }

/** How long faults go on, ms of virtual time. */
export const FAULTS_MS = 16_000
const MOST_FAULTS = 12
const KINDS = [
  'crash',
  'clock-step',
  'split',
  'reset',
  'weather',
  'full',
  'slow',
  'corrupt',
  'restore',
] as const

export function drawDataFaults(chance: Chance, world: DataWorld): DataFault[] {
  const kinds = KINDS.flatMap((kind) => Array<typeof kind>(chance.whole(0, 4)).fill(kind))
  const faults: DataFault[] = []
  if (kinds.length === 0) return faults
  for (let i = chance.whole(1, MOST_FAULTS); i > 0; i--) {
    faults.push(...drawFault(chance.pick(kinds), chance, world))
  }
  faults.push(...drawBack(chance.split(), world))
  return faults.toSorted((a, b) => a.atMs - b.atMs)
}

/** Only where several peers have one database open. */
function drawBack(chance: Chance, world: DataWorld): DataFault[] {
  const shared = world.databases.filter(
    (database) => world.peers.filter((peer) => peer.database === database).length > 1,
  )
  return shared.flatMap(({ position }) =>
    Array.from({ length: chance.whole(0, 2) }, () => ({
      type: 'back' as const,
      atMs: chance.between(2000, FAULTS_MS - 1000),
      database: position,
      ageMs: chance.pick([0, 1000, 4000]),
    })),
  )
}

function drawFault(kind: (typeof KINDS)[number], chance: Chance, world: DataWorld): DataFault[] {
  const atMs = chance.between(500, FAULTS_MS)
  const ms = chance.pick([100, 1000, 8000]) * chance.between(0.5, 1.5)
  const endMs = Math.min(atMs + ms, FAULTS_MS)
  const size = world.peers.length
  const peer = chance.whole(0, size - 1)
  const database = chance.whole(0, world.databases.length - 1)
  switch (kind) {
    case 'crash':
      return [
        { type: 'crash', atMs, peer },
        { type: 'restart', atMs: endMs, peer },
      ]
    case 'clock-step':
      return [
        {
          type: 'clock-step',
          atMs,
          peer,
          ms: chance.pick([-1, 1]) * chance.pick([50, 5000, 100_000, 86_400_000]),
        },
      ]
    case 'split': {
      const sides = Array.from({ length: size }, () => (chance.hits(0.5) ? 1 : 0))
      return [
        { type: 'split', atMs, sides },
        { type: 'heal', atMs: endMs },
      ]
    }
    case 'reset':
      return [{ type: 'reset', atMs, peer, to: (peer + chance.whole(1, size - 1)) % size }]
    case 'weather':
      return [
        {
          type: 'weather',
          atMs,
          loss: chance.pick([0, 0.1, 0.3]),
          delayMax: chance.pick([2, 50, 300]),
        },
        { type: 'weather', atMs: endMs, loss: 0, delayMax: 2 },
      ]
    case 'full':
    case 'slow':
    case 'corrupt':
      return [{ type: kind, atMs, database, ms: endMs - atMs }]
    case 'restore':
      return [{ type: 'restore', atMs, database, ageMs: chance.pick([0, 2000, 8000]) }]
  }
}

/** Makes the fault happen now. Whatever makes no sense at the moment does nothing. */
export function strikeData(world: DataWorld, fault: DataFault, keepsOrigin: boolean): void {
  const { network, agenda } = world
  switch (fault.type) {
    case 'split':
      network.split(fault.sides)
      return
    case 'heal':
      network.heal()
      return
    case 'reset':
      world.disconnect(fault.peer, fault.to)
      return
    case 'weather':
      Object.assign(network.weather, { loss: fault.loss, delayMax: fault.delayMax })
      return
    case 'restore':
      restore(world, fault, keepsOrigin)
      return
    case 'back':
      goBack(world, fault)
      return
    case 'full':
    case 'slow':
    case 'corrupt': {
      const database = world.databases[fault.database]
      if (database) database[`${fault.type}UntilMs`] = agenda.nowMs + fault.ms
      return
    }
    case 'crash':
    case 'restart':
    case 'clock-step': {
      const peer = world.peers[fault.peer]
      if (!peer) return
      if (fault.type === 'clock-step') peer.wallOffsetMs += fault.ms
      else if (fault.type === 'restart') {
        if (!peer.isUp) peer.start()
      } else if (peer.isUp) world.crash(peer)
    }
  }
}

/** As by a failover to a replica that was behind. Where no member runs it is a restore. */
function goBack(
  world: DataWorld,
  { database: at, ageMs }: DataFault & { type: 'back' | 'restore' },
) {
  const database = world.databases[at]
  const untilMs = world.agenda.nowMs - ageMs
  const old = database?.snapshots.findLast(
    ({ atMs, history }) => atMs <= untilMs && history === database.history,
  )
  if (!database || !old || !world.peers.some((peer) => peer.database === database && peer.isUp)) {
    return
  }
  const before = database.replica.heard.copy()
  database.goBack(old.copy)
  world.wentBack(database, before)
}

/** All peers of the database stop; it becomes what it was, under a new origin; they start again. */
function restore(
  world: DataWorld,
  { database: at, ageMs }: DataFault & { type: 'restore' | 'back' },
  keepsOrigin: boolean,
): void {
  const database = world.databases[at]
  const old = database?.snapshots.findLast(({ atMs }) => atMs <= world.agenda.nowMs - ageMs)
  if (!database || !old) return
  const peers = world.peers.filter((peer) => peer.database === database && peer.isUp)
  for (const peer of peers) world.crash(peer)
  const { copy } = old
  world.ledger.restored(database, copy)
  database.history += 1
  database.replica.become(copy)
  if (!keepsOrigin) Object.assign(database.replica, { origin: world.newOrigin(), seq: 0 })
  for (const peer of peers) peer.start()
}
