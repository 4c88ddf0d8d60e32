// Everything committed, in memory: rows by kind and id, their indexes, and who holds which claim. Changed only by
// `apply`, with effects that are durable; what it hands out is frozen and shared.

import type { Effects } from './effects.ts'
import { ensure } from './ensure.ts'
import { indexesOf } from './indexes.ts'
import type { Kind } from './kinds.ts'
import type { IndexQuery, KeptClaim, KeptRow, Layer } from './layer.ts'

const NONE: ReadonlySet<string> = new Set()

interface Table {
  readonly rows: Map<string, KeptRow>
  /** Index name, then value, to ids. */
  readonly indexes: Map<string, Map<string, Set<string>>>
  readonly spent: Set<string>
}

export class State implements Layer {
  readonly #tables = new Map<Kind, Table>()
  readonly #claims = new Map<string, KeptClaim>()

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

  claim(claim: string): KeptClaim | undefined {
    return this.#claims.get(claim)
  }

  isSpent(kind: Kind, id: string): boolean {
    return this.#tables.get(kind)?.spent.has(id) ?? false
  }

  apply(effects: Effects): void {
    for (const { kind, id, after } of effects.rows) {
      if (after) this.put(after)
      else this.#remove(kind, id)
    }
    for (const { claim, after } of effects.claims) {
      if (after) this.putClaim(after)
      else this.#claims.delete(claim)
    }
  }

  put(row: KeptRow): void {
    const table = this.#table(row.kind)
    const before = table.rows.get(row.id)
    table.rows.set(row.id, row)
    for (const [name, lookup] of Object.entries(indexesOf(row.kind))) {
      const older = before && lookup(before.groups)
      const newer = lookup(row.groups)
      if (older === newer) continue
      if (older !== undefined) unlist(table, name, older, row.id)
      if (newer !== undefined) enlist(table, name, newer, row.id)
    }
  }

  putClaim(claim: KeptClaim): void {
    this.#claims.set(claim.claim, claim)
  }

  spend(kind: Kind, id: string): void {
    this.#table(kind).spent.add(id)
  }

  #remove(kind: Kind, id: string): void {
    const table = this.#table(kind)
    const row = table.rows.get(id)
    table.rows.delete(id)
    table.spent.add(id)
    for (const [name, lookup] of Object.entries(indexesOf(kind))) {
      const value = row && lookup(row.groups)
      if (value !== undefined) unlist(table, name, value, id)
    }
  }

  #table(kind: Kind): Table {
    return ensure(this.#tables, kind, () => ({
      rows: new Map(),
      indexes: new Map(),
      spent: new Set(),
    }))
  }
}

function enlist(table: Table, name: string, value: string, id: string): void {
  const index = ensure(table.indexes, name, () => new Map<string, Set<string>>())
  ensure(index, value, () => new Set<string>()).add(id)
}

function unlist(table: Table, name: string, value: string, id: string): void {
  const index = table.indexes.get(name)
  const ids = index?.get(value)
  ids?.delete(id)
  if (ids?.size === 0) index?.delete(value)
}
