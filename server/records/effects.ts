// What one accepted transaction or merge does, decided but not durable: from here on it goes to the store as a batch, then
// into the state, then to the watchers.

import type { Context } from '../cluster/replica/context.ts'
import type { Floor, Span } from '../cluster/replica/delta.ts'
import { isSameDot } from '../cluster/replica/element.ts'
import type {
  Batch,
  Meta,
  ParkedGroup,
  StoredClaim,
  StoredEntry,
  StoredGroup,
  StoredHeard,
  StoredName,
  StoredRow,
  StoredTombstone,
} from '../store/store.ts'
import { shownGroup } from './kept.ts'
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
  /** All who claimed the name, and all who do now. */
  readonly before: readonly KeptClaim[]
  readonly after: readonly KeptClaim[]
}

/** What only a merge brings. */
export interface Learning {
  readonly spans: readonly Span[]
  readonly gone: readonly StoredName[]
  readonly floors: readonly Floor[]
  /** Tombstones that nobody needs any more: a purge's, which goes the same way. */
  readonly purged: readonly StoredName[]
}

export interface Effects {
  /** Of this transaction: its dot together with the origin. A merge mostly takes none and has that of the one before. */
  readonly seq: number
  readonly hlc: bigint
  readonly atMs: number
  readonly rows: readonly RowEffect[]
  readonly claims: readonly ClaimEffect[]
  /** New ones, and of those that are there the new dots. */
  readonly tombstones: readonly StoredTombstone[]
  readonly entries: readonly StoredEntry[]
  readonly learned?: Learning
}

export function isEmpty({ rows, claims, tombstones, entries, learned }: Effects): boolean {
  const { spans = [], floors = [], purged = [] } = learned ?? {}
  const all = [rows, claims, tombstones, entries, spans, floors, purged]
  return all.every((some) => some.length === 0)
}

/**
 * Several of them, in order, as one batch to commit: of each row, group and claim only the last form. `heard` is the
 * context as it is after them.
 */
export function toBatch(
  origin: string,
  group: readonly Effects[],
  before: Meta,
  heard: Context,
): Batch {
  const last = group.at(-1)
  const entries = group.flatMap((effects) => effects.entries)
  const learned = group.flatMap((effects) => effects.learned ?? [])
  return {
    meta: {
      origin,
      seq: last?.seq ?? before.seq,
      hlc: last?.hlc ?? before.hlc,
      position: entries.at(-1)?.position ?? before.position,
      revision: before.revision + 1,
    },
    ...storedRows(group),
    claims: storedClaims(group),
    tombstones: group.flatMap((effects) => effects.tombstones),
    entries,
    heard: heardOf(learned, heard),
    gone: learned.flatMap(({ gone }) => gone),
    floors: learned.flatMap(({ floors }) => floors),
    purged: learned.flatMap(({ purged }) => purged),
  }
}

const encoder = new TextEncoder()

/** A row that was written twice in one group of transactions is stored once, with every group written. */
function storedRows(group: readonly Effects[]): { rows: StoredRow[]; parked: ParkedGroup[] } {
  const rows = new Map<string, { row: KeptRow; groups: Set<string> }>()
  for (const { kind, id, after, groups } of group.flatMap((effects) => effects.rows)) {
    const key = `${kind}/${id}`
    const earlier = rows.get(key)?.groups ?? []
    if (after) rows.set(key, { row: after, groups: new Set([...earlier, ...groups]) })
    else rows.delete(key)
  }
  const written = [...rows.values()]
  return {
    rows: written.map(({ row, groups }) => changedRow(row, groups)),
    parked: written.flatMap(({ row, groups }) => changedParked(row, groups)),
  }
}

/** What goes beside the row, not into it, is left out: groups of the far future. */
function changedRow(row: KeptRow, names: Iterable<string>): StoredRow {
  const groups: StoredGroup[] = []
  for (const name of names) {
    const aside = row.aside?.[name]
    const group = aside && !aside.isParked ? aside.group : !aside && shownGroup(row, name)
    if (group) groups.push(group)
  }
  return { kind: row.kind, id: row.id, birth: row.birth, groups }
}

function changedParked({ kind, id, aside }: KeptRow, names: Iterable<string>): ParkedGroup[] {
  return [...names].flatMap((name) => {
    const parked = aside?.[name]
    return parked?.isParked ? [{ kind, id, group: parked.group }] : []
  })
}

function storedClaims(group: readonly Effects[]): StoredClaim[] {
  const last = new Map<string, ClaimEffect>()
  for (const effect of group.flatMap((effects) => effects.claims)) {
    const before = last.get(effect.claim)?.before ?? effect.before
    last.set(effect.claim, { ...effect, before })
  }
  return [...last.values()].flatMap(({ before, after }) =>
    after.filter((claim) => !before.includes(claim)),
  )
}

/** Of all that were heard of in this group, everything: gaps come and go with one transaction. */
function heardOf(learned: readonly Learning[], heard: Context): StoredHeard[] {
  const origins = new Set(learned.flatMap(({ spans }) => spans.map(({ origin }) => origin)))
  if (origins.size === 0) return []
  const gaps = heard.gaps()
  return [...origins].map((origin) => ({
    origin,
    head: heard.head(origin),
    gaps: gaps.filter((gap) => gap.origin === origin).map(({ low, high }) => ({ low, high })),
  }))
}

/** A claim that changes hands is released by its old holder first. What was never durable leaves nothing. */
export function tombstonesOf(
  { origin, seq, atMs }: { origin: string; seq: number; atMs: number },
  rows: readonly RowEffect[],
  claims: readonly ClaimEffect[],
): StoredTombstone[] {
  const dots = [{ origin, seq }]
  const gone: StoredTombstone[] = []
  for (const { kind, id, before, after } of rows) {
    if (before && !after) gone.push({ kind, id, birth: before.birth, dots, atMs })
  }
  for (const { claim, before, after } of claims) {
    for (const { birth } of before.filter(isNotIn(after))) {
      gone.push({ kind: 'claim', id: claim, birth, dots, atMs })
    }
  }
  return gone
}

const isNotIn =
  (claims: readonly KeptClaim[]) =>
  ({ birth }: KeptClaim): boolean =>
    !claims.some((claim) => isSameDot(claim.birth, birth))

/** An entry's name for ever, the same in every database that holds it. */
export function entryId(entry: StoredEntry): string {
  return `${entry.dot.origin}-${entry.dot.seq}-${entry.index}`
}

/** Fields of a newer version, as the bytes that are kept beside those we know. */
export function unknownBytes(fields: Readonly<Record<string, unknown>>): Uint8Array {
  return encoder.encode(JSON.stringify(fields))
}
