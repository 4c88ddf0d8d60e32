// Everything committed, in memory: rows by kind and id, their indexes, who claims which name, what was deleted, and the
// sums by which two replicas are compared. Changed only by `apply`, with effects that are durable; what it hands out is
// frozen and shared.

import { compareClaims } from '../cluster/replica/claims.ts'
import type { Bucket } from '../cluster/replica/delta.ts'
import { Fingerprints, hashOfRow } from '../cluster/replica/fingerprint.ts'
import type { Log } from '../store/log.ts'
import {
  CLAIM_KIND,
  type StoredName,
  type StoredRow,
  type StoredTombstone,
} from '../store/store.ts'
import { Births } from './births.ts'
import { Buckets, type Ids } from './buckets.ts'
import type { Effects } from './effects.ts'
import { Graves } from './graves.ts'
import { nameOfClaim, parkedIn, stampsOf } from './kept.ts'
import type { Kind } from './kinds.ts'
import type { DotSpan, IndexQuery, KeptClaim, KeptRow, Layer } from './layer.ts'
import { Table } from './table.ts'
import { stampsOfUnread } from './unread.ts'

export class State implements Layer {
  readonly #tables = new Map<string, Table>()
  readonly #claims = new Map<string, readonly KeptClaim[]>()
  /** Names with more than one claim. */
  readonly #contested = new Set<string>()
  readonly #births = new Births()
  readonly #buckets = new Buckets()
  readonly #parked = new Map<string, KeptRow>()
  readonly graves = new Graves()
  readonly fingerprints = new Fingerprints()
  readonly #log: Log

  /** `log` hears of rows that cannot be read, when they are. */
  constructor(log: Log) {
    this.#log = log
  }

  row(kind: Kind, id: string): KeptRow | undefined {
    return this.#tables.get(kind)?.shown(id)
  }

  rows(kind: Kind, index?: IndexQuery): Iterable<KeptRow> {
    return this.#tables.get(kind)?.rows(index) ?? []
  }

  kept(kind: string, id: string): KeptRow | undefined {
    return this.#tables.get(kind)?.kept(id)
  }

  /** Rows of any kind, hidden ones too. */
  keptOf(kind: string): Iterable<KeptRow> {
    return this.#tables.get(kind)?.all() ?? []
  }

  /** Every row of every kind, hidden ones too. */
  *allKept(): Iterable<KeptRow> {
    for (const kind of this.#tables.keys()) yield* this.keptOf(kind)
  }

  claim(claim: string): KeptClaim | undefined {
    return this.#claims.get(claim)?.[0]
  }

  claims(claim: string): readonly KeptClaim[] {
    return this.#claims.get(claim) ?? []
  }

  allClaims(): Iterable<readonly KeptClaim[]> {
    return this.#claims.values()
  }

  tombstones(kind: string, id: string): readonly StoredTombstone[] {
    return this.graves.of(kind, id)
  }

  isSpent(kind: Kind, id: string): boolean {
    return this.graves.of(kind, id).length > 0 || this.kept(kind, id)?.isHidden === true
  }

  bornIn(span: DotSpan): Iterable<StoredName> {
    return this.#births.within(span)
  }

  *inBucket(bucket: Bucket): Iterable<StoredName> {
    for (const row of this.rowsIn(bucket)) yield row
    for (const claim of this.claimsIn(bucket)) yield nameOfClaim(claim)
  }

  /** Some ids at a time, so that to ask for these buckets takes no long step. */
  async prepareBuckets(buckets: readonly Bucket[]): Promise<void> {
    for (const kind of new Set(buckets.map((bucket) => bucket.kind))) {
      await this.#buckets.prepare(kind, this.#idsOf(kind))
    }
  }

  #idsOf(kind: string): Ids {
    const claims = this.#claims
    if (kind === CLAIM_KIND) return { all: () => claims.keys(), has: (name) => claims.has(name) }
    const table = this.#table(kind)
    return { all: () => table.ids(), has: (id) => table.has(id) }
  }

  /** Hidden ones too. */
  rowsIn(bucket: Bucket): KeptRow[] {
    const { kind } = bucket
    if (kind === CLAIM_KIND) return []
    const ids = this.#buckets.ids(bucket, this.#idsOf(kind))
    return [...ids].flatMap((id) => this.kept(kind, id) ?? [])
  }

  /** Of a bucket of the kind `claim`. */
  claimsIn(bucket: Bucket): KeptClaim[] {
    if (bucket.kind !== CLAIM_KIND) return []
    const names = this.#buckets.ids(bucket, this.#idsOf(CLAIM_KIND))
    return [...names].flatMap((name) => this.claims(name))
  }

  displaced(): KeptClaim[] {
    return [...this.#contested].flatMap((claim) => {
      const [first, ...others] = this.claims(claim)
      return others.filter(({ holder }) => holder !== first?.holder)
    })
  }

  /** Rows with values of a far future. */
  get withParked(): KeptRow[] {
    return [...this.#parked.values()]
  }

  apply(effects: Effects): void {
    for (const { kind, id, after } of effects.rows) {
      if (after) this.put(after)
      else this.#remove(kind, id)
    }
    for (const { claim, after } of effects.claims) this.#setClaims(claim, after)
    for (const tombstone of effects.tombstones) this.graves.add(tombstone)
    for (const name of effects.learned?.purged ?? []) this.graves.remove(name)
  }

  put(row: KeptRow): void {
    this.#derive(this.kept(row.kind, row.id), row)
    this.#table(row.kind).put(row)
  }

  /** One from the disk, which is new here, to be read when it is asked for. Answers whether it may wait. */
  putUnread(row: StoredRow): boolean {
    if (!this.#table(row.kind).putUnread(row)) return false
    this.#births.add(row)
    this.fingerprints.add(row.kind, row.id, hashOfRow(row.id, row.birth, stampsOfUnread(row)))
    this.#buckets.add(row.kind, row.id)
    return true
  }

  putClaim(claim: KeptClaim): void {
    this.#setClaims(claim.claim, [...this.claims(claim.claim), claim])
  }

  #setClaims(claim: string, after: readonly KeptClaim[]): void {
    for (const before of this.claims(claim)) {
      this.#births.remove(nameOfClaim(before))
      this.fingerprints.removeClaim(before)
    }
    for (const one of after) {
      this.#births.add(nameOfClaim(one))
      this.fingerprints.addClaim(one)
    }
    if (after.length > 1) this.#contested.add(claim)
    else this.#contested.delete(claim)
    if (after.length === 0) this.#buckets.remove(CLAIM_KIND, claim)
    else this.#buckets.add(CLAIM_KIND, claim)
    if (after.length === 0) this.#claims.delete(claim)
    else this.#claims.set(claim, after.length === 1 ? after : after.toSorted(compareClaims))
  }

  #remove(kind: string, id: string): void {
    const before = this.kept(kind, id)
    if (!before) return
    this.#derive(before, undefined)
    this.#table(kind).remove(id)
  }

  /** Everything that follows from the rows: births, sums. */
  #derive(before: KeptRow | undefined, after: KeptRow | undefined): void {
    if (before) {
      this.#births.remove(before)
      this.fingerprints.remove(before.kind, before.id, weightOf(before))
      this.#parked.delete(`${before.kind}/${before.id}`)
    }
    if (after) {
      this.#births.add(after)
      this.fingerprints.add(after.kind, after.id, weightOf(after))
      if (after.aside && parkedIn(after).length > 0)
        this.#parked.set(`${after.kind}/${after.id}`, after)
      if (!before) this.#buckets.add(after.kind, after.id)
    } else if (before) this.#buckets.remove(before.kind, before.id)
  }

  #table(kind: string): Table {
    const there = this.#tables.get(kind)
    if (there) return there
    // What gave birth to the row holds it as it was before, with all its text.
    const made = new Table(kind, this.#log, (row) => this.#births.add(row))
    this.#tables.set(kind, made)
    return made
  }
}

const weightOf = (row: KeptRow) => hashOfRow(row.id, row.birth, stampsOf(row))
