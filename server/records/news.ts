// What others have committed to a shared database, as effects on what is here: they go into memory, to the watchers and to
// replication as if they had been written here, but for the numbers, which are theirs.

import { isSameDot } from '../cluster/replica/element.ts'
import type { Log } from '../store/log.ts'
import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  type ParkedGroup,
  type StoredGroup,
  type StoredName,
  type StoredRow,
} from '../store/store.ts'
import type { ClaimEffect, Effects, RowEffect } from './effects.ts'
import { ensure } from './ensure.ts'
import { hiding, keep, shownGroup, stampsOf } from './kept.ts'
import type { Kind } from './kinds.ts'
import type { KeptRow } from './layer.ts'
import { spansOf } from './load.ts'
import type { State } from './state.ts'

/** Of one instant: removals first, then what is there. `nowMs` is when it came. */
export function effectsOfNews(
  state: State,
  batches: readonly Batch[],
  { meta, nowMs, log }: { readonly meta: Meta; readonly nowMs: number; readonly log: Log },
): Effects {
  const all = <T>(pick: (batch: Batch) => readonly T[] | undefined) =>
    batches.flatMap((batch) => pick(batch) ?? [])
  const tombstones = all((batch) => batch.tombstones)
  const [gone, purged] = [all(({ gone }) => gone), all(({ purged }) => purged)]
  // A deletion takes the row whatever its birth; a tombstone that is purged may be of an earlier one.
  const isHere = ({ kind, id, birth }: StoredName) => {
    const row = state.kept(kind, id)
    return kind === CLAIM_KIND || (row !== undefined && isSameDot(row.birth, birth))
  }
  const removed = [...tombstones, ...gone, ...purged.filter(isHere)]
  const rows = all((batch) => batch.rows)
  const parked = all((batch) => batch.parked)
  return {
    seq: meta.seq,
    hlc: meta.hlc,
    atMs: nowMs,
    rows: rowsOf(state, { removed, rows, parked }, log),
    claims: claimsOf(state, removed, batches),
    tombstones,
    entries: all((batch) => batch.entries).toSorted((a, b) => a.position - b.position),
    learned: {
      spans: all((batch) => batch.heard).flatMap(spansOf),
      gone,
      floors: all((batch) => batch.floors),
      purged,
    },
  }
}

interface Told {
  readonly removed: readonly StoredName[]
  readonly rows: readonly StoredRow[]
  readonly parked: readonly ParkedGroup[]
}

/** A row that was removed and is there all the same was made anew, and comes with all its groups. */
function rowsOf(state: State, { removed, rows, parked }: Told, log: Log): RowEffect[] {
  const effects = new Map<string, RowEffect>()
  for (const { kind, id } of removed) {
    const before = kind === CLAIM_KIND ? undefined : state.kept(kind, id)
    if (!before) continue
    const groups = Object.keys(stampsOf(before))
    effects.set(`${kind}/${id}`, { kind: before.kind, id, before, after: undefined, groups })
  }
  const aside = new Map<string, StoredGroup[]>()
  for (const { kind, id, group } of parked)
    ensure(aside, `${kind}/${id}`, () => [] as StoredGroup[]).push(group)
  for (const row of [...rows, ...onlyParked(state, rows, parked)]) {
    const key = `${row.kind}/${row.id}`
    const before = state.kept(row.kind, row.id)
    const base = effects.has(key) ? undefined : before
    const far = aside.get(key) ?? []
    const after = withGroups(row, base, far, log)
    const groups = [...row.groups, ...far].map(({ name }) => name)
    effects.set(key, { kind: row.kind as Kind, id: row.id, before, after, groups })
  }
  return [...effects.values()]
}

/** Rows of which nothing is new but what lies beside them. */
function onlyParked(
  state: State,
  rows: readonly StoredRow[],
  parked: readonly ParkedGroup[],
): StoredRow[] {
  const told = new Set(rows.map(({ kind, id }) => `${kind}/${id}`))
  const others = new Map<string, StoredRow>()
  for (const { kind, id } of parked) {
    const key = `${kind}/${id}`
    const row = told.has(key) ? undefined : state.kept(kind, id)
    if (row) others.set(key, { kind, id, birth: row.birth, groups: [] })
  }
  return [...others.values()]
}

function withGroups(
  { kind, id, birth, groups }: StoredRow,
  before: KeptRow | undefined,
  parked: readonly StoredGroup[],
  log: Log,
): KeptRow {
  const shown = new Map<string, StoredGroup>()
  const aside = new Map<string, StoredGroup>()
  for (const name of Object.keys(before?.versions ?? {})) {
    const group = before && shownGroup(before, name)
    if (group) shown.set(name, group)
  }
  for (const { group, isParked } of Object.values(before?.aside ?? {})) {
    const place = isParked ? aside : shown
    place.set(group.name, group)
  }
  for (const group of groups) {
    shown.set(group.name, group)
    aside.delete(group.name)
  }
  for (const group of parked) aside.set(group.name, group)
  const name = { kind, id, birth }
  return keep({ ...name, groups: [...shown.values()] }, [...aside.values()], hiding(name, log))
}

function claimsOf(
  state: State,
  removed: readonly StoredName[],
  batches: readonly Batch[],
): ClaimEffect[] {
  const after = new Map<string, ClaimEffect['after']>()
  const now = (claim: string) => ensure(after, claim, () => state.claims(claim))
  for (const { kind, id, birth } of removed) {
    if (kind !== CLAIM_KIND) continue
    const others = now(id).filter((one) => !isSameDot(one.birth, birth))
    after.set(id, others)
  }
  for (const claim of batches.flatMap(({ claims }) => claims)) {
    const others = now(claim.claim).filter((one) => !isSameDot(one.birth, claim.birth))
    after.set(claim.claim, [...others, Object.freeze(claim)])
  }
  return [...after].map(([claim, all]) => ({ claim, before: state.claims(claim), after: all }))
}
