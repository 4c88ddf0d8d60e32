// The invariants of membership, checked after every event: M1 who has crashed is called so by everyone in time; M2 who
// is well is never called dead; M3 what is known of a member never goes back; M4 after the last fault all views agree;
// M5 then nobody doubts anybody, although a datagram is lost now and then.

import type { Connected } from './connected.ts'
import type { SimPeer } from './peer.ts'
import type { World } from './world.ts'

/** M2: a pair that could talk for so long has had time to refute whatever was said before, ms. */
export const WELL_FOR_MS = 15_000
/** M1: from the last fault to everyone's `unreachable`, ms: at the worst all peers are at their least aware. */
export const CRASH_BOUND_MS = 30_000
/** M4: from the last fault to equal views of all that run, ms … */
export const AGREE_BOUND_MS = 12_000
/** … and to equal verdicts about those that do not, ms. */
export const SETTLE_BOUND_MS = 90_000

/** M5: doubts of their own that all peers together may have in a calm minute; a sound machine has none in most. */
const MOST_DOUBTS = 3

export class Membership {
  readonly #world: World
  readonly #connected: Connected
  readonly #known = new Map<string, { boot: number; incarnation: number }>()

  /** Doubts since it is calm. */
  #doubts: number | undefined

  constructor(world: World, connected: Connected) {
    this.#world = world
    this.#connected = connected
  }

  /** The first violation since the last call. */
  check(): string | undefined {
    const violation = this.#neverDeadWhileWell() ?? this.#neverBack() ?? this.#withoutDoubt()
    this.#world.verdicts = []
    this.#world.stepped.clear()
    return violation
  }

  /** From now on nothing goes wrong but lost datagrams. */
  calm(): void {
    this.#doubts = 0
  }

  /** M4 at its first bound: all that run know one another as they are. */
  agreed(): string | undefined {
    const { running } = this.#world
    for (const observer of running) {
      for (const subject of running) {
        if (observer === subject || isAlive(observer, subject)) continue
        return `M4: ${say(this.#world, observer, subject)}`
      }
    }
    return undefined
  }

  /** M1: nobody who is gone is still believed to be well. */
  completed(): string | undefined {
    const { running, peers } = this.#world
    for (const observer of running) {
      for (const subject of peers.filter(({ isUp }) => !isUp)) {
        const state = claimOf(observer, subject)?.state
        if (state === 'alive' || state === 'suspect') {
          return `M1: ${say(this.#world, observer, subject)}, and it is gone`
        }
      }
    }
    return undefined
  }

  /** M4 at its last bound: the very same views. */
  settled(): string | undefined {
    const views = this.#world.running.map(({ machine }) => JSON.stringify(machine?.view))
    if (new Set(views).size <= 1) return undefined
    const { running, peers } = this.#world
    const lines = running.map((observer) =>
      peers.map((subject) => claimOf(observer, subject)?.state ?? '-').join(' '),
    )
    return `M4: views still differ: ${lines.join(' | ')}`
  }

  #neverDeadWhileWell(): string | undefined {
    for (const { observer, effect } of this.#world.verdicts) {
      const subject = this.#world.byId(effect.id)
      if (effect.is !== 'dead' || !subject || effect.boot !== subject.boot) continue
      const wellMs = this.#connected.sinceMs(observer.position, subject.position)
      if (wellMs < WELL_FOR_MS || !subject.isUp) continue
      const ms = Math.round(wellMs)
      return `M2: ${observer.position} calls ${subject.position} dead, which it could hear for ${ms} ms`
    }
    return undefined
  }

  #withoutDoubt(): string | undefined {
    if (this.#doubts === undefined) return undefined
    for (const { observer, effect } of this.#world.verdicts) {
      const subject = this.#world.byId(effect.id)
      const isOwn = effect.is === 'suspect' && effect.by === observer.id
      if (isOwn && subject?.isUp && subject.boot === effect.boot) this.#doubts += 1
    }
    return this.#doubts > MOST_DOUBTS
      ? `M5: ${this.#doubts} doubts although all are well`
      : undefined
  }

  #neverBack(): string | undefined {
    for (const observer of this.#world.stepped) {
      for (const { claim } of observer.machine?.members ?? []) {
        const key = `${observer.position}.${observer.boot} ${claim.id}`
        const before = this.#known.get(key)
        const { boot, incarnation } = claim
        const wentBack =
          before &&
          (boot < before.boot || (boot === before.boot && incarnation < before.incarnation))
        // A farewell is final whatever its incarnation.
        if (wentBack && claim.state !== 'left') {
          const from = `${before.boot}.${before.incarnation}`
          return `M3: ${observer.position} went from ${from} back to ${boot}.${incarnation}`
        }
        if (!before || !wentBack) this.#known.set(key, { boot, incarnation })
      }
    }
    return undefined
  }
}

function claimOf(observer: SimPeer, subject: SimPeer) {
  return observer.machine?.members.find(({ claim }) => claim.id === subject.id)?.claim
}

function isAlive(observer: SimPeer, subject: SimPeer): boolean {
  const claim = claimOf(observer, subject)
  return claim?.state === 'alive' && claim.boot === subject.boot
}

function say(world: World, observer: SimPeer, subject: SimPeer): string {
  const claim = claimOf(observer, subject)
  const what = claim ? `${claim.state} (start ${claim.boot})` : 'unknown'
  const at = Math.round(world.agenda.nowMs)
  return `at ${at} ms ${observer.position} holds ${subject.position} for ${what}`
}
