// What a join of another replica's delta with what is here does to the rows, claims and tombstones, as effects: they stand
// in line beside those of transactions and become durable in one commit with what was heard of.

import { absorb, isFarAhead } from '../cluster/replica/clock.ts'
import type { Floor, Joined, Known, Span } from '../cluster/replica/delta.ts'
import { isSameDot } from '../cluster/replica/element.ts'
import { stampEpoch } from '../cluster/replica/policy.ts'
import { CLAIM_KIND, type StoredEntry, type StoredGroup, type StoredName } from '../store/store.ts'
import type { Stamp } from './apply.ts'
import type { ClaimEffect, Effects, RowEffect } from './effects.ts'
import { ensure } from './ensure.ts'
import { keep, shownGroup, stampsOf, storedGroup } from './kept.ts'
import type { Kind } from './kinds.ts'
import type { KeptClaim, KeptRow, Layer } from './layer.ts'
import type { Dot, Version } from './records.ts'

export interface Merge {
  readonly joined: Joined
  /** Of them those that are news. */
  readonly spans: readonly Span[]
  readonly floors: readonly Floor[]
  readonly onHidden: (name: { kind: string; id: string }, error: unknown) => void
}

/** What a layer knows, as a join asks for it. */
export function knownOf(layer: Layer, has: (dot: Dot) => boolean): Known {
  return {
    heard: { has },
    row: (kind, id) => {
      const row = layer.kept(kind, id)
      return row && { birth: row.birth, versions: stampsOf(row) }
    },
    group: (kind, id, name) => {
      const row = layer.kept(kind, id)
      return row && storedGroup(row, name)
    },
    claims: (claim) => layer.claims(claim),
    tombstones: (kind, id) => layer.tombstones(kind, id),
    bornIn: (span) => layer.bornIn(span),
    inBucket: (bucket) => layer.inBucket(bucket),
  }
}

/** One's own clock after all that came. */
export function absorbed(hlc: bigint, { rows, claims }: Joined, nowMs: number): bigint {
  const stamped = [...rows.flatMap(({ groups }) => groups), ...claims]
  return stamped.reduce((latest, { version }) => absorb(latest, version, nowMs), hlc)
}

/** `stamp.seq` is the number for what must be written anew; without such it takes none. */
export function merge(layer: Layer, merging: Merge, stamp: Stamp): Effects {
  const { joined, spans, floors } = merging
  const isWriting = joined.mended.length > 0
  const { tombstones, gone } = joined
  return {
    seq: isWriting ? stamp.seq : stamp.seq - 1,
    hlc: stamp.hlc,
    atMs: stamp.atMs,
    rows: mergedRows(layer, merging, stamp),
    claims: mergedClaims(layer, joined),
    tombstones,
    entries: placed(joined.entries, stamp.position),
    learned: { spans, gone, floors, purged: [] },
  }
}

function mergedRows(layer: Layer, { joined, onHidden }: Merge, stamp: Stamp): RowEffect[] {
  const effects = new Map<string, RowEffect>()
  const put = (kind: Kind, id: string, after: KeptRow | undefined, names: readonly string[]) => {
    const key = `${kind}/${id}`
    const { before, groups } = effects.get(key) ?? { before: layer.kept(kind, id), groups: [] }
    if (before || after) {
      effects.set(key, { kind, id, before, after, groups: [...new Set([...groups, ...names])] })
    }
  }
  for (const { kind, id } of [...joined.tombstones, ...joined.gone]) {
    const row = kind === CLAIM_KIND ? undefined : layer.kept(kind, id)
    if (row) put(row.kind, id, undefined, Object.keys(stampsOf(row)))
  }
  for (const { kind, id, birth, groups } of joined.rows) {
    const before = layer.kept(kind, id)
    const hidden = (error: unknown) => onHidden({ kind, id }, error)
    const after = withGroups({ kind, id, birth }, before, groups, stamp.atMs, hidden)
    put(
      after.kind,
      id,
      after,
      groups.map(({ name }) => name),
    )
  }
  for (const { kind, id, group } of joined.mended) {
    const before = effects.get(`${kind}/${id}`)?.after ?? layer.kept(kind, id)
    if (!before) continue
    const written = {
      ...group,
      version: versionFor(kind, group, stamp),
      past: othersIn(group, stamp),
    }
    const hidden = (error: unknown) => onHidden({ kind, id }, error)
    const after = withGroups(before, before, [written], stamp.atMs, hidden)
    put(after.kind, id, after, [group.name])
  }
  return [...effects.values()]
}

function withGroups(
  { kind, id, birth }: StoredName,
  before: KeptRow | undefined,
  incoming: readonly StoredGroup[],
  nowMs: number,
  onHidden: (error: unknown) => void,
): KeptRow {
  const shown = new Map<string, StoredGroup>()
  const parked = new Map<string, StoredGroup>()
  for (const name of Object.keys(before?.versions ?? {})) {
    const group = before && shownGroup(before, name)
    if (group) shown.set(name, group)
  }
  for (const { group, isParked } of Object.values(before?.aside ?? {})) {
    if (isParked) parked.set(group.name, group)
    else shown.set(group.name, group)
  }
  for (const group of incoming) {
    if (isFarAhead(group.version, nowMs)) parked.set(group.name, group)
    else {
      shown.set(group.name, group)
      parked.delete(group.name)
    }
  }
  return keep({ kind, id, birth, groups: [...shown.values()] }, [...parked.values()], onHidden)
}

/** Values whose time has come, as if they came only now. */
export function ripe(layer: Layer, rows: Iterable<KeptRow>, stamp: Stamp): RowEffect[] {
  const effects: RowEffect[] = []
  for (const { kind, id } of rows) {
    const before = layer.kept(kind, id)
    const asides = Object.values(before?.aside ?? {})
    const due = asides.filter(
      ({ group, isParked }) => isParked && !isFarAhead(group.version, stamp.atMs),
    )
    if (!before || due.length === 0) continue
    const groups = due.map(({ group }) => group)
    const after = withGroups(before, before, groups, stamp.atMs, () => undefined)
    effects.push({ kind, id, before, after, groups: groups.map(({ name }) => name) })
  }
  return effects
}

function versionFor(kind: string, { name, body, version }: StoredGroup, stamp: Stamp): Version {
  const { origin, seq, hlc } = stamp
  const held = version.hlc >= hlc ? version.epoch + 1 : version.epoch
  return { epoch: stampEpoch(kind, name, parsed(body), held), hlc, origin, seq }
}

const othersIn = ({ past = [] }: StoredGroup, { origin }: Stamp): readonly Dot[] =>
  past.filter((dot) => dot.origin !== origin)

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // nobody here understands it, so no policy of ours has to
  }
}

function mergedClaims(layer: Layer, { claims, tombstones, gone }: Joined): ClaimEffect[] {
  const after = new Map<string, readonly KeptClaim[]>()
  const now = (claim: string) => ensure(after, claim, () => layer.claims(claim))
  for (const { kind, id, birth } of [...tombstones, ...gone]) {
    if (kind !== CLAIM_KIND) continue
    after.set(
      id,
      now(id).filter((one) => !isSameDot(one.birth, birth)),
    )
  }
  for (const claim of claims) {
    const others = now(claim.claim).filter((one) => !isSameDot(one.birth, claim.birth))
    after.set(claim.claim, [...others, Object.freeze(claim)])
  }
  return [...after].map(([claim, all]) => ({ claim, before: layer.claims(claim), after: all }))
}

/** In the order of their time: a range comes newest first, but within it nothing shall read backwards. */
function placed(entries: readonly StoredEntry[], position: number): StoredEntry[] {
  const inTime = entries.toSorted(
    (a, b) => a.atMs - b.atMs || a.dot.seq - b.dot.seq || a.index - b.index,
  )
  return inTime.map((entry, i) => ({ ...entry, position: position + 1 + i }))
}
