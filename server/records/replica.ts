// The records as replication sees them: the line takes merges in, the store reads what is left of transactions, the state
// knows the rest.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import { Context } from '../cluster/replica/context.ts'
import type { Bucket, Delta, Floor, Joined, Merged, Span } from '../cluster/replica/delta.ts'
import type { Fingerprints } from '../cluster/replica/fingerprint.ts'
import type { Local } from '../cluster/replica/local.ts'
import { floorsOf, isPurgeable } from '../cluster/replica/purge.ts'
import type { Meta, Store, StoredClaim, StoredTombstone } from '../store/store.ts'
import type { CatchUp, Caught } from './catch-up.ts'
import type { Effects } from './effects.ts'
import { storedRow } from './kept.ts'
import type { Line } from './line.ts'
import type { Dot } from './records.ts'
import type { Receipts, Replicable } from './replicable.ts'
import type { State } from './state.ts'

/** Transactions that go out as one: more would make one message too large to share a line with others. */
const MAX_PUSHED = 100
/** Tombstones forgotten at a time: a commit of some milliseconds. */
const MAX_PURGED = 1000

export interface ReplicaParts {
  readonly store: Store
  readonly state: State
  readonly line: Line
  readonly heard: Context
  readonly floors: ReadonlyMap<string, number>
  readonly clock: Clock
  /** Of a store that others share. */
  readonly catchUp?: CatchUp | undefined
}

export class Replica implements Replicable {
  readonly #parts: ReplicaParts
  readonly #floors: Map<string, number>
  readonly #followers = new Set<(delta: Delta) => void>()
  readonly #movers = new Set<() => void>()
  readonly #merged = new Set<(joined: Joined) => void>()
  /** Others' transactions and our own. */
  readonly #heard: Context
  readonly #origins: Set<string>
  #told: number
  receipts: Receipts | undefined

  constructor(parts: ReplicaParts) {
    this.#parts = parts
    this.#floors = new Map(parts.floors)
    this.#origins = new Set([this.origin])
    this.#told = parts.line.durable.seq
    this.#heard = parts.heard.copy()
    this.#heard.add({ origin: this.origin, low: 1, high: this.seq })
  }

  get origin(): string {
    return this.#parts.line.durable.origin
  }

  get seq(): number {
    return this.#parts.line.durable.seq
  }

  get fingerprints(): Fingerprints {
    return this.#parts.state.fingerprints
  }

  wrote(origin: string): boolean {
    return this.#origins.has(origin)
  }

  has(dot: Dot): boolean {
    return this.#heard.has(dot)
  }

  heard(): Context {
    return this.#heard.copy()
  }

  get local(): Local {
    const read = this
    return {
      get origin() {
        return read.origin
      },
      get heard() {
        return read.#heard
      },
      get floors() {
        return read.floors()
      },
      get prints() {
        return read.fingerprints
      },
    }
  }

  floors(): readonly Floor[] {
    return [...this.#floors].map(([origin, seq]) => ({ origin, seq }))
  }

  async merge(delta: Delta): Promise<Merged> {
    if (delta.reconciled) await this.#parts.state.prepareBuckets(delta.reconciled.buckets)
    const merged = await this.#parts.line.merge(delta)
    for (const hear of this.#merged) hear(merged)
    return merged
  }

  async collect(spans: readonly Span[], maxBytes: number): Promise<Delta> {
    const asked = Context.of(spans)
    const unheard = this.heard().missingFrom(asked)
    const known = without(asked, unheard)
    if (known.length === 0) return { rows: [], claims: [], tombstones: [], entries: [], spans: [] }
    const { origin } = this
    const collected = await this.#parts.store.readSpans({ spans: known, maxBytes })
    if (!this.isShared) return collected
    // Another member may have purged in between: whoever asks which deletions are forgotten must not be told of before.
    await this.refresh()
    // And a database that went back lacks what was heard of here: silence about that would be taken for deletion.
    if (this.origin !== origin) throw new SkeinError('store_moved')
    return collected
  }

  async reconcile(buckets: readonly Bucket[]): Promise<Delta> {
    await this.#parts.state.prepareBuckets(buckets)
    const { state } = this.#parts
    const rows = buckets.flatMap((bucket) => state.rowsIn(bucket)).map(storedRow)
    const claims = buckets.flatMap((bucket) => state.claimsIn(bucket))
    const reconciled = { buckets, heard: this.heard().spans() }
    return { rows, claims, tombstones: [], entries: [], spans: [], reconciled }
  }

  heldBack(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const { aside } of this.#parts.state.withParked) {
      for (const { group, isParked } of Object.values(aside ?? {})) {
        const { origin } = group.version
        if (isParked) counts.set(origin, (counts.get(origin) ?? 0) + 1)
      }
    }
    return counts
  }

  displaced(): readonly StoredClaim[] {
    return this.#parts.state.displaced()
  }

  claims(): Iterable<readonly StoredClaim[]> {
    return this.#parts.state.allClaims()
  }

  wasDeleted(kind: string, id: string): boolean {
    return this.#parts.state.tombstones(kind, id).length > 0
  }

  follow(hear: (delta: Delta) => void): () => void {
    this.#followers.add(hear)
    return () => this.#followers.delete(hear)
  }

  onMerged(hear: (joined: Joined) => void): () => void {
    this.#merged.add(hear)
    return () => this.#merged.delete(hear)
  }

  async tend(tombstoneAgeMs: number): Promise<void> {
    const { state, line, clock } = this.#parts
    const heard = { has: (dot: Dot) => this.has(dot) }
    const purged: StoredTombstone[] = []
    for (const tombstone of state.graves.all()) {
      if (isPurgeable(tombstone, heard, clock.nowMs(), tombstoneAgeMs)) purged.push(tombstone)
      if (purged.length >= MAX_PURGED) break
    }
    if (purged.length > 0 || state.withParked.length > 0) await line.tend(purged, floorsOf(purged))
  }

  refuseWrites(): void {
    this.#parts.line.refuse(new SkeinError('store_rolled_back'))
  }

  get meta(): Meta {
    return this.#parts.line.durable
  }

  get isShared(): boolean {
    return this.#parts.store.shared
  }

  refresh(): Promise<void> {
    return this.#parts.line.refresh()
  }

  async holds(meta: Meta): Promise<boolean> {
    const { kind } = await this.#parts.store.news(meta)
    return kind !== 'back'
  }

  async renew(origin: string): Promise<void> {
    this.#parts.catchUp?.distrust(origin)
    await this.refresh()
  }

  onMoved(hear: () => void): () => void {
    this.#movers.add(hear)
    return () => this.#movers.delete(hear)
  }

  /** In the step in which it is seen that others have written it. It is theirs to tell everybody else. */
  caughtUp({ effects, heard }: Caught): void {
    if (heard) this.#heard.become(heard)
    this.#origins.add(this.origin)
    this.#learn([effects])
    this.#told = this.seq
  }

  /** In the step in which it became durable. */
  settled(group: readonly Effects[]): void {
    this.#learn(group)
    const own = group.filter(({ seq }, i) => seq > (group[i - 1]?.seq ?? this.#told))
    for (let i = 0; i < own.length; i += MAX_PUSHED) this.#push(own.slice(i, i + MAX_PUSHED))
    for (const hear of this.#movers) hear()
  }

  #learn(group: readonly Effects[]): void {
    for (const { origin, seq } of group.flatMap(({ learned }) => learned?.floors ?? [])) {
      this.#floors.set(origin, Math.max(seq, this.#floors.get(origin) ?? 0))
    }
    for (const span of group.flatMap(({ learned }) => learned?.spans ?? [])) this.#heard.add(span)
    this.#heard.add({ origin: this.origin, low: 1, high: this.seq })
  }

  #push(own: readonly Effects[]): void {
    const low = this.#told + 1
    this.#told = own.at(-1)?.seq ?? this.#told
    if (this.#followers.size === 0) return
    const delta = this.#deltaOf(own, { origin: this.origin, low, high: this.#told })
    for (const hear of this.#followers) hear(delta)
  }

  /** As it is now: what a later transaction of the same commit took away is that one's to tell. */
  #deltaOf(own: readonly Effects[], span: Span): Delta {
    const { state } = this.#parts
    const names = new Map(
      own.flatMap(({ rows }) => rows).map(({ kind, id }) => [`${kind}/${id}`, { kind, id }]),
    )
    const claimed = new Set(own.flatMap(({ claims }) => claims).map(({ claim }) => claim))
    const buried = new Map(
      own
        .flatMap(({ tombstones }) => tombstones)
        .map(({ kind, id }) => [`${kind}/${id}`, { kind, id }]),
    )
    return {
      rows: [...names.values()].flatMap(({ kind, id }) => {
        const row = state.kept(kind, id)
        return row ? [storedRow(row)] : []
      }),
      claims: [...claimed].flatMap((claim) => state.claims(claim)),
      tombstones: [...buried.values()].flatMap(({ kind, id }) => state.tombstones(kind, id)),
      entries: own.flatMap(({ entries }) => entries),
      spans: [span],
    }
  }
}

/** Of what was asked for, what is not among these. */
function without(asked: Context, unheard: readonly Span[]): Span[] {
  return Context.of(unheard).missingFrom(asked)
}
