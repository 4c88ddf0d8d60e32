// Random schedules over the real join: a few databases, some with two writers whose clocks differ, that write, hear parts of
// one another in any order, forget tombstones far too early, and are put back from old copies under a new origin. No
// network and no machine: what is tried is whether the rules by themselves always agree.

import { Context } from '../../../server/cluster/replica/context.ts'
import type { Delta, Span } from '../../../server/cluster/replica/delta.ts'
import { differing } from '../../../server/cluster/replica/fingerprint.ts'
import { isSameHash } from '../../../server/cluster/replica/hash.ts'
import { type JoinRules, joinRules } from '../../../server/cluster/replica/join.ts'
import { isBelowFloor } from '../../../server/cluster/replica/purge.ts'
import type { Version } from '../../../server/records/records.ts'
import { compareVersions } from '../../../server/records/version.ts'
import { Chance } from '../chance.ts'
import { Clients } from './clients.ts'
import { Replica, type ReplicaFaults, type Write } from './replica.ts'

export interface ScheduleOptions {
  readonly rules?: JoinRules
  readonly faults?: ReplicaFaults
  readonly restores?: boolean
  /** A restored copy goes on under the origin that it had. */
  readonly keepsOrigin?: boolean
  /** What was asked for counts as heard before it is there, and is lost on the way now and then. */
  readonly contextFirst?: boolean
}

const START_MS = 1_800_000_000_000
/** The first violation, or nothing. */
export function runSchedule(seed: number, options: ScheduleOptions = {}): string | undefined {
  return new Schedule(seed, options).run()
}

class Schedule {
  readonly #chance: Chance
  readonly #clients: Clients
  readonly #options: ScheduleOptions
  readonly #replicas: Replica[] = []
  /** ms that each writer's clock is off; two writers of one database have two. */
  readonly #skews: number[][] = []
  readonly #backups: { of: number; copy: Replica }[] = []
  readonly #latest = new Map<string, Version[]>()
  readonly #deleted = new Map<string, { origin: string; seq: number }[]>()
  readonly #born = new Map<string, { origin: string; seq: number }[]>()
  #now = START_MS
  #origins = 0
  #island = -1
  #wasRestored = false

  constructor(seed: number, options: ScheduleOptions) {
    this.#chance = new Chance(seed)
    this.#clients = new Clients(this.#chance)
    this.#options = options
    for (let i = this.#chance.whole(2, 5); i > 0; i--) {
      const replica = new Replica(this.#origin())
      replica.rules = options.rules ?? joinRules
      replica.faults = options.faults ?? {}
      this.#replicas.push(replica)
      const skew = () => this.#chance.whole(-20, 20)
      this.#skews.push(this.#chance.hits(0.4) ? [skew(), skew()] : [skew()])
    }
  }

  run(): string | undefined {
    for (let step = this.#chance.whole(30, 90); step > 0; step--) {
      this.#now += 1
      if (this.#chance.hits(0.08)) this.#island = this.#anIsland()
      this.#step()
      const violation = this.#differing()
      if (violation) return violation
    }
    return this.#quiesce()
  }

  #step(): void {
    const at = this.#chance.whole(0, this.#replicas.length - 1)
    const x = this.#chance.next()
    if (x < 0.5) this.#write(at)
    else if (x < 0.82) this.#pull(at, this.#chance.whole(0, this.#replicas.length - 1))
    else if (x < 0.94) this.#at(at).purge(this.#now, this.#chance.whole(0, 12))
    else if (this.#options.restores && x < 0.97) {
      this.#backups.push({ of: at, copy: this.#at(at).copy() })
    } else if (this.#options.restores && this.#backups.length > 0) this.#restore()
  }

  #write(at: number): void {
    const replica = this.#at(at)
    const now = this.#now + this.#chance.pick(this.#skews[at] ?? [0])
    const writes = this.#clients.draw(replica, false)
    const dot = replica.write(writes, now)
    if (dot) this.#said(at, [{ ...span(dot) }], writes)
  }

  /** Notes what was written, and tells some of the others at once. */
  #said(at: number, spans: readonly Span[], writes: readonly Write[]): void {
    const replica = this.#at(at)
    const delta = replica.collect(spans)
    this.#note(delta, writes, spans)
    this.#replicas.forEach((other, i) => {
      if (i === at || this.#isApart(at, i) || !this.#chance.hits(0.5)) return
      this.#hear(i, other, delta, replica)
    })
  }

  #note(delta: Delta, writes: readonly Write[], spans: readonly Span[]): void {
    const own = Context.of(spans)
    for (const { kind, id, birth, groups } of delta.rows) {
      for (const { name, version } of groups) {
        if (own.has(version)) listed(this.#latest, `${kind}/${id}/${name}`).push(version)
      }
      if (own.has(birth)) listed(this.#born, `${kind}/${id}`).push(birth)
    }
    const [first] = spans
    for (const write of writes) {
      if (write.op !== 'delete' || !first) continue
      const dot = { origin: first.origin, seq: first.low }
      listed(this.#deleted, `${write.kind}/${write.id}`).push(dot)
    }
  }

  #hear(at: number, replica: Replica, delta: Delta, from: Replica): void {
    const skew = this.#chance.pick(this.#skews[at] ?? [0])
    const { mended } = replica.merge(delta, this.#now + skew, from)
    if (mended) this.#said(at, [span(mended)], [])
  }

  /** `at` asks `from` for what it lacks, or for some of it. */
  #pull(at: number, from: number, whole = this.#chance.hits(0.5)): void {
    if (at === from || this.#isApart(at, from)) return
    const [mine, theirs] = [this.#at(at), this.#at(from)]
    const missing = mine.heard.missingFrom(theirs.heard)
    // What a restored copy had told of early and then lost, no context shows any more: only the fingerprints do.
    const isEqual = isSameHash(mine.heard.hash, theirs.heard.hash)
    const isOdd = this.#wasRestored && isEqual && !isSameHash(mine.prints.root, theirs.prints.root)
    if (isOdd || isBelowFloor(missing, theirs.floorList())) {
      this.#hear(at, mine, reconciliation(mine, theirs), theirs)
      return
    }
    const isChosen = () => whole || this.#chance.hits(0.5)
    const asked = missing.flatMap(single).filter(isChosen)
    if (asked.length === 0) return
    if (this.#options.contextFirst) {
      for (const one of asked) mine.heard.add(one)
      if (this.#chance.hits(0.1)) return
    }
    this.#hear(at, mine, theirs.collect(asked), theirs)
  }

  #restore(): void {
    const { of: at, copy } = this.#chance.pick(this.#backups)
    const replica = this.#at(at)
    const { origin, seq } = this.#options.keepsOrigin ? copy : { origin: this.#origin(), seq: 0 }
    replica.become(copy)
    Object.assign(replica, { origin, seq })
    this.#wasRestored = true
  }

  #differing(): string | undefined {
    for (const [i, a] of this.#replicas.entries()) {
      for (const b of this.#replicas.slice(i + 1)) {
        const isEqual = isSameHash(a.heard.hash, b.heard.hash)
        if (isEqual && !isSameHash(a.prints.root, b.prints.root) && a.isSettled && b.isSettled) {
          return `D1 ${a.origin} and ${b.origin} heard the same and differ`
        }
      }
    }
    return undefined
  }

  #quiesce(): string | undefined {
    this.#island = -1
    for (let round = 0; round < 6; round++) {
      for (const at of this.#replicas.keys()) {
        for (const from of this.#replicas.keys()) {
          this.#now += 1
          this.#pull(at, from, true)
          const violation = this.#differing()
          if (violation) return violation
          if (this.#chance.hits(0.3)) this.#at(at).purge(this.#now, 0)
        }
      }
    }
    return this.#agreed() ?? this.#kept()
  }

  #agreed(): string | undefined {
    const [first, ...others] = this.#replicas
    const other = others.find(({ text }) => text !== first?.text)
    return (
      other &&
      `D2 ${first?.origin} and ${other.origin} differ in the end:\n${first?.text}\n--\n${other.text}`
    )
  }

  /** D3 and D4, of what anybody has heard of: what a restored copy had told nobody is gone with it. */
  #kept(): string | undefined {
    const [replica] = this.#replicas
    if (!replica) return undefined
    for (const [key, births] of this.#born) {
      const isDeleted = (this.#deleted.get(key) ?? []).some((dot) => replica.heard.has(dot))
      const row = replica.rows.get(key)
      if (isDeleted && row && !this.#wasRestored) return `D4 ${key} came back`
      if (
        !isDeleted &&
        !row &&
        births.some((dot) => replica.heard.has(dot)) &&
        !this.#wasRestored
      ) {
        return `D3 ${key} is lost`
      }
      for (const { name, version } of row?.groups ?? []) {
        const known = (this.#latest.get(`${key}/${name}`) ?? []).filter((one) =>
          replica.heard.has(one),
        )
        const isLost = known.some((one) => compareVersions(one, version) > 0)
        if (isLost && !this.#wasRestored) return `D3 ${key}/${name} has an older value`
      }
    }
    return undefined
  }

  #origin(): string {
    this.#origins += 1
    return this.#origins.toString(16).padStart(16, '0')
  }

  #anIsland(): number {
    return this.#chance.hits(0.4) ? this.#chance.whole(0, this.#replicas.length - 1) : -1
  }

  #isApart(a: number, b: number): boolean {
    return a === this.#island || b === this.#island
  }

  #at(position: number): Replica {
    const replica = this.#replicas[position]
    if (!replica) throw new Error(`no replica ${position}`)
    return replica
  }
}

/** All that `theirs` has in the buckets that differ, and what is left of the transactions that `mine` has not heard of. */
export function reconciliation(mine: Replica, theirs: Replica): Delta {
  const buckets = differing(mine.prints, theirs.prints)
  const missing = theirs.collect(mine.heard.missingFrom(theirs.heard))
  const { rows, claims } = theirs.collectBuckets(buckets)
  return {
    ...missing,
    rows: [...new Set([...missing.rows, ...rows])],
    claims: [...new Set([...missing.claims, ...claims])],
    reconciled: { buckets, heard: theirs.heard.spans() },
    floors: theirs.floorList(),
  }
}

const span = ({ origin, seq }: { origin: string; seq: number }): Span => ({
  origin,
  low: seq,
  high: seq,
})

function single({ origin, low, high }: Span): Span[] {
  return Array.from({ length: high - low + 1 }, (_, i) => span({ origin, seq: low + i }))
}

function listed<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? []
  map.set(key, list)
  return list
}
