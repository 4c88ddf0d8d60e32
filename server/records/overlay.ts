// A layer of changes over another: what is accepted and not durable yet, or what one transaction has done so far.
// Thrown away when its commit fails, and the layer below shows again.

import { ensure } from './ensure.ts'
import { indexesOf } from './indexes.ts'
import type { Kind } from './kinds.ts'
import type { IndexQuery, KeptClaim, KeptRow, Layer } from './layer.ts'

/** What a layer says of a row or a claim: its new form, or nothing when it is gone. */
interface Said<T> {
  readonly value: T | undefined
  /** Of the transaction that said it. */
  readonly seq: number
}

export class Overlay implements Layer {
  readonly #below: Layer
  readonly #rows = new Map<Kind, Map<string, Said<KeptRow>>>()
  readonly #claims = new Map<string, Said<KeptClaim>>()

  constructor(below: Layer) {
    this.#below = below
  }

  row(kind: Kind, id: string): KeptRow | undefined {
    const said = this.#rows.get(kind)?.get(id)
    return said ? said.value : this.#below.row(kind, id)
  }

  *rows(kind: Kind, index?: IndexQuery): Iterable<KeptRow> {
    const changed = this.#rows.get(kind)
    for (const row of this.#below.rows(kind, index)) {
      if (!changed?.has(row.id)) yield row
    }
    for (const { value } of changed?.values() ?? []) {
      if (value && (!index || matches(value, index))) yield value
    }
  }

  claim(claim: string): KeptClaim | undefined {
    const said = this.#claims.get(claim)
    return said ? said.value : this.#below.claim(claim)
  }

  isSpent(kind: Kind, id: string): boolean {
    const said = this.#rows.get(kind)?.get(id)
    return (said !== undefined && said.value === undefined) || this.#below.isSpent(kind, id)
  }

  put(kind: Kind, id: string, value: KeptRow | undefined, seq: number): void {
    const rows = ensure(this.#rows, kind, () => new Map<string, Said<KeptRow>>())
    rows.set(id, { value, seq })
  }

  putClaim(claim: string, value: KeptClaim | undefined, seq: number): void {
    this.#claims.set(claim, { value, seq })
  }

  *saidRows(): Iterable<{ kind: Kind; id: string; after: KeptRow | undefined }> {
    for (const [kind, rows] of this.#rows) {
      for (const [id, { value }] of rows) yield { kind, id, after: value }
    }
  }

  *saidClaims(): Iterable<{ claim: string; after: KeptClaim | undefined }> {
    for (const [claim, { value }] of this.#claims) yield { claim, after: value }
  }

  /** Forgets what the layer below knows by now: everything said up to `seq`. */
  forget(seq: number): void {
    for (const rows of this.#rows.values()) dropUpTo(rows, seq)
    dropUpTo(this.#claims, seq)
  }
}

function matches(row: KeptRow, index: IndexQuery): boolean {
  return indexesOf(row.kind)[index.name]?.(row.groups) === index.value
}

function dropUpTo(said: Map<string, Said<unknown>>, seq: number): void {
  for (const [key, { seq: saidAt }] of said) {
    if (saidAt <= seq) said.delete(key)
  }
}
