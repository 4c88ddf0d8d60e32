// A layer of changes over another: what is accepted and not durable yet, or what one transaction has done so far.
// Thrown away when its commit fails, and the layer below shows again.

import { compareClaims } from '../cluster/replica/claims.ts'
import type { Bucket } from '../cluster/replica/delta.ts'
import { isSameDot } from '../cluster/replica/element.ts'
import { bucketOf } from '../cluster/replica/fingerprint.ts'
import { CLAIM_KIND, type StoredName, type StoredTombstone } from '../store/store.ts'
import { ensure } from './ensure.ts'
import { buried } from './graves.ts'
import { indexed, indexesOf } from './indexes.ts'
import { nameOfClaim } from './kept.ts'
import type { Kind } from './kinds.ts'
import type { DotSpan, IndexQuery, KeptClaim, KeptRow, Layer } from './layer.ts'

/** What a layer says of a row or a claim: its new form, or nothing when it is gone. */
interface Said<T> {
  readonly value: T
  /** The place in line of what said it. */
  readonly turn: number
}

export class Overlay implements Layer {
  readonly #below: Layer
  readonly #rows = new Map<string, Map<string, Said<KeptRow | undefined>>>()
  readonly #claims = new Map<string, Said<readonly KeptClaim[]>>()
  readonly #tombstones = new Map<string, Said<readonly StoredTombstone[]>>()

  constructor(below: Layer) {
    this.#below = below
  }

  row(kind: Kind, id: string): KeptRow | undefined {
    const said = this.#rows.get(kind)?.get(id)
    return said ? shown(said.value) : this.#below.row(kind, id)
  }

  *rows(kind: Kind, index?: IndexQuery): Iterable<KeptRow> {
    const changed = this.#rows.get(kind)
    for (const row of this.#below.rows(kind, index)) {
      if (!changed?.has(row.id)) yield row
    }
    for (const { value } of changed?.values() ?? []) {
      if (value && !value.isHidden && (!index || matches(value, index))) yield value
    }
  }

  kept(kind: string, id: string): KeptRow | undefined {
    const said = this.#rows.get(kind)?.get(id)
    return said ? said.value : this.#below.kept(kind, id)
  }

  claim(claim: string): KeptClaim | undefined {
    return this.claims(claim)[0]
  }

  claims(claim: string): readonly KeptClaim[] {
    return this.#claims.get(claim)?.value ?? this.#below.claims(claim)
  }

  tombstones(kind: string, id: string): readonly StoredTombstone[] {
    return this.#tombstones.get(`${kind}/${id}`)?.value ?? this.#below.tombstones(kind, id)
  }

  isSpent(kind: Kind, id: string): boolean {
    const said = this.#rows.get(kind)?.get(id)
    const isGone = said !== undefined && (said.value === undefined || said.value.isHidden === true)
    return isGone || this.#below.isSpent(kind, id)
  }

  *bornIn(span: DotSpan): Iterable<StoredName> {
    for (const name of this.#below.bornIn(span)) {
      if (!this.#speaksOf(name)) yield name
    }
    for (const { after } of this.saidRows()) {
      if (after && isWithin(after, span)) yield after
    }
    for (const { after } of this.saidClaims()) {
      yield* after.filter((claim) => isWithin(claim, span)).map(nameOfClaim)
    }
  }

  *inBucket(bucket: Bucket): Iterable<StoredName> {
    const isIn = (kind: string, id: string) =>
      kind === bucket.kind && bucketOf(id) === bucket.number
    for (const name of this.#below.inBucket(bucket)) {
      if (!this.#speaksOf(name)) yield name
    }
    for (const { kind, id, after } of this.saidRows()) {
      if (after && isIn(kind, id)) yield after
    }
    for (const { claim, after } of this.saidClaims()) {
      if (isIn(CLAIM_KIND, claim)) yield* after.map(nameOfClaim)
    }
  }

  put(kind: string, id: string, value: KeptRow | undefined, turn: number): void {
    const rows = ensure(this.#rows, kind, () => new Map<string, Said<KeptRow | undefined>>())
    rows.set(id, { value, turn })
  }

  putClaims(claim: string, value: readonly KeptClaim[], turn: number): void {
    this.#claims.set(claim, { value: value.toSorted(compareClaims), turn })
  }

  bury(tombstone: StoredTombstone, turn: number): void {
    const { kind, id } = tombstone
    const value = buried(this.tombstones(kind, id), tombstone)
    this.#tombstones.set(`${kind}/${id}`, { value, turn })
  }

  unbury({ kind, id, birth }: StoredName, turn: number): void {
    const value = this.tombstones(kind, id).filter((one) => !isSameDot(one.birth, birth))
    this.#tombstones.set(`${kind}/${id}`, { value, turn })
  }

  *saidRows(): Iterable<{ kind: Kind; id: string; after: KeptRow | undefined }> {
    for (const [kind, rows] of this.#rows) {
      for (const [id, { value }] of rows) yield { kind: kind as Kind, id, after: value }
    }
  }

  *saidClaims(): Iterable<{ claim: string; after: readonly KeptClaim[] }> {
    for (const [claim, { value }] of this.#claims) yield { claim, after: value }
  }

  /** Forgets what the layer below knows by now: everything said up to this place in line. */
  forget(turn: number): void {
    for (const rows of this.#rows.values()) dropUpTo(rows, turn)
    dropUpTo(this.#claims, turn)
    dropUpTo(this.#tombstones, turn)
  }

  #speaksOf({ kind, id }: StoredName): boolean {
    return kind === 'claim' ? this.#claims.has(id) : (this.#rows.get(kind)?.has(id) ?? false)
  }
}

const shown = (row: KeptRow | undefined): KeptRow | undefined => (row?.isHidden ? undefined : row)

const isWithin = ({ birth }: KeptRow | KeptClaim, { origin, low, high }: DotSpan): boolean =>
  birth.origin === origin && low <= birth.seq && birth.seq <= high

function matches(row: KeptRow, index: IndexQuery): boolean {
  const found = indexesOf(row.kind).find(({ name }) => name === index.name)
  return found !== undefined && indexed(found, row.groups) === index.value
}

function dropUpTo(said: Map<string, Said<unknown>>, turn: number): void {
  for (const [key, { turn: saidAt }] of said) {
    if (saidAt <= turn) said.delete(key)
  }
}
