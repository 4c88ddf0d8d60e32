// What one accepted transaction does, decided but not durable: from here on it goes to the store as a batch, then into
// the state, then to the watchers.

import type { Batch, Meta, StoredClaim, StoredEntry, StoredRow } from '../store/store.ts'
import { CLAIM_KIND } from '../store/store.ts'
import type { Kind } from './kinds.ts'
import type { KeptClaim, KeptRow } from './layer.ts'

export interface RowEffect {
  readonly kind: Kind
  readonly id: string
  readonly before: KeptRow | undefined
  readonly after: KeptRow | undefined
  /** Written groups; of a deleted row all that it had. */
  readonly groups: readonly string[]
}

export interface ClaimEffect {
  readonly claim: string
  readonly before: KeptClaim | undefined
  readonly after: KeptClaim | undefined
}

export interface Effects {
  /** Of this transaction: its dot together with the origin. */
  readonly seq: number
  readonly hlc: bigint
  readonly atMs: number
  readonly rows: readonly RowEffect[]
  readonly claims: readonly ClaimEffect[]
  readonly entries: readonly StoredEntry[]
}

export function isEmpty(effects: Effects): boolean {
  return effects.rows.length + effects.claims.length + effects.entries.length === 0
}

/** Several transactions, in order, as one batch to commit: of each row, group and claim only the last form. */
export function toBatch(origin: string, group: readonly Effects[], before: Meta): Batch {
  const last = group.at(-1)
  const entries = group.flatMap((effects) => effects.entries)
  return {
    meta: {
      origin,
      seq: last?.seq ?? before.seq,
      hlc: last?.hlc ?? before.hlc,
      position: entries.at(-1)?.position ?? before.position,
    },
    rows: storedRows(group),
    claims: storedClaims(group),
    tombstones: group.flatMap((effects) => tombstones(origin, effects)),
    entries,
  }
}

const encoder = new TextEncoder()

/** A row that was written twice in one group of transactions is stored once, with every group written. */
function storedRows(group: readonly Effects[]): StoredRow[] {
  const rows = new Map<string, { row: KeptRow; groups: Set<string> }>()
  for (const { kind, id, after, groups } of group.flatMap((effects) => effects.rows)) {
    const key = `${kind}/${id}`
    const earlier = rows.get(key)?.groups ?? []
    if (after) rows.set(key, { row: after, groups: new Set([...earlier, ...groups]) })
    else rows.delete(key)
  }
  return [...rows.values()].map(({ row, groups }) => storedRow(row, groups))
}

function storedRow(row: KeptRow, groups: Iterable<string>): StoredRow {
  const stored = []
  for (const name of groups) {
    const version = row.versions[name]
    if (!version) continue
    const body = JSON.stringify(row.groups[name])
    stored.push({ name, body, unknown: row.unknown?.[name], version })
  }
  return { kind: row.kind, id: row.id, birth: row.birth, groups: stored }
}

function storedClaims(group: readonly Effects[]): StoredClaim[] {
  const claims = new Map<string, StoredClaim>()
  for (const { claim, after } of group.flatMap((effects) => effects.claims)) {
    if (after) claims.set(claim, after)
    else claims.delete(claim)
  }
  return [...claims.values()]
}

/** A claim that changes hands is released by its old holder first. What was never durable leaves nothing. */
function tombstones(origin: string, { seq, atMs, rows, claims }: Effects) {
  const dots = [{ origin, seq }]
  const gone = []
  for (const { kind, id, before, after } of rows) {
    if (before && !after) gone.push({ kind, id, birth: before.birth, dots, atMs })
  }
  for (const { claim, before } of claims) {
    if (before) gone.push({ kind: CLAIM_KIND, id: claim, birth: before.birth, dots, atMs })
  }
  return gone
}

/** An entry's name for ever, the same in every database that holds it. */
export function entryId(entry: StoredEntry): string {
  return `${entry.dot.origin}-${entry.dot.seq}-${entry.index}`
}

/** Fields of a newer version, as the bytes that are kept beside those we know. */
export function unknownBytes(fields: Readonly<Record<string, unknown>>): Uint8Array {
  return encoder.encode(JSON.stringify(fields))
}
