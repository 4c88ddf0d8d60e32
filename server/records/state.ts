// Everything committed, in memory: rows by kind and id, their indexes, who claims which name, what was deleted, and the
// sums by which two replicas are compared. Changed only by `apply`, with effects that are durable; what it hands out is
// frozen and shared.

import { compareClaims } from '../cluster/replica/claims.ts'
import type { Bucket } from '../cluster/replica/delta.ts'
import { Fingerprints, hashOfRow } from '../cluster/replica/fingerprint.ts'
import { CLAIM_KIND, type StoredName, type StoredTombstone } from '../store/store.ts'
import { Births } from './births.ts'
import { Buckets, type Ids } from './buckets.ts'
import type { Effects } from './effects.ts'
import { ensure } from './ensure.ts'
import { Graves } from './graves.ts'
import { indexesOf } from './indexes.ts'
import { nameOfClaim, parkedIn, stampsOf } from './kept.ts'
import type { Kind } from './kinds.ts'
import type { DotSpan, IndexQuery, KeptClaim, KeptRow, Layer } from './layer.ts'

const NONE: ReadonlySet<string> = new Set()

interface Table {
  readonly rows: Map<string, KeptRow>
  readonly hidden: Map<string, KeptRow>
  /** Index name, then value, to ids. */
  readonly indexes: Map<string, Map<string, Set<string>>>
}

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

  row(kind: Kind, id: string): KeptRow | undefined {
    return this.#tables.get(kind)?.rows.get(id)
  }

  rows(kind: Kind, index?: IndexQuery): Iterable<KeptRow> {
    const table = this.#tables.get(kind)
    if (!table) return []
    if (!index) return table.rows.values()
    const ids = table.indexes.get(index.name)?.get(index.value) ?? NONE
    return [...ids].flatMap((id) => table.rows.get(id) ?? [])
  }

  kept(kind: string, id: string): KeptRow | undefined {
    const table = this.#tables.get(kind)
    return table?.rows.get(id) ?? (table?.hidden.size ? table.hidden.get(id) : undefined)
  }

  /** Rows of any kind, hidden ones too. */
  *keptOf(kind: string): Iterable<KeptRow> {
    const table = this.#tables.get(kind)
    if (!table) return
    yield* table.rows.values()
    yield* table.hidden.values()
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
    return this.graves.of(kind, id).length > 0 || this.#isHidden(kind, id)
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
    return {
      all: () => [...this.keptOf(kind)].map(({ id }) => id),
      has: (id) => this.kept(kind, id) !== undefined,
    }
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
    const table = this.#table(row.kind)
    const before = this.kept(row.kind, row.id)
    this.#derive(table, before, row)
    const [rows, others] = row.isHidden ? [table.hidden, table.rows] : [table.rows, table.hidden]
    if (before && before.isHidden !== row.isHidden) others.delete(row.id)
    rows.set(row.id, row)
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
    const table = this.#table(kind)
    this.#derive(table, this.kept(kind, id), undefined)
    table.rows.delete(id)
    table.hidden.delete(id)
  }

  /** Everything that follows from the rows: births, sums, indexes. */
  #derive(table: Table, before: KeptRow | undefined, after: KeptRow | undefined): void {
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
    }
    const { kind = 'user', id = '' } = after ?? before ?? {}
    if (after && !before) this.#buckets.add(kind, id)
    else if (!after) this.#buckets.remove(kind, id)
    for (const [name, lookup] of indexesOf(kind)) {
      const older = before && !before.isHidden ? lookup(before.groups) : undefined
      const newer = after && !after.isHidden ? lookup(after.groups) : undefined
      if (older === newer) continue
      if (older !== undefined) unlist(table, name, older, id)
      if (newer !== undefined) enlist(table, name, newer, id)
    }
  }

  #isHidden(kind: string, id: string): boolean {
    return this.#tables.get(kind)?.hidden.has(id) ?? false
  }

  #table(kind: string): Table {
    return ensure(this.#tables, kind, () => ({
      rows: new Map(),
      hidden: new Map(),
      indexes: new Map(),
    }))
  }
}

const weightOf = (row: KeptRow) => hashOfRow(row.id, row.birth, stampsOf(row))

function enlist(table: Table, name: string, value: string, id: string): void {
  const index = ensure(table.indexes, name, newIndex)
  ensure(index, value, newIds).add(id)
}

const newIndex = () => new Map<string, Set<string>>()
const newIds = () => new Set<string>()

function unlist(table: Table, name: string, value: string, id: string): void {
  const index = table.indexes.get(name)
  const ids = index?.get(value)
  ids?.delete(id)
  if (ids?.size === 0) index?.delete(value)
}
