// From what is in memory to what was read anew from a shared database, as effects: only what differs, so that nobody who
// watches is told of rows that went and came.

import { isSameDot } from '../cluster/replica/element.ts'
import type { Meta, StoredTombstone } from '../store/store.ts'
import type { ClaimEffect, Effects, RowEffect } from './effects.ts'
import { stampsOf } from './kept.ts'
import type { KeptClaim, KeptRow } from './layer.ts'
import type { Loaded } from './load.ts'
import type { State } from './state.ts'
import { sameVersion } from './version.ts'

export function effectsOfReload(
  state: State,
  loaded: Loaded & { readonly meta: Meta },
  nowMs: number,
): Effects {
  const { meta, state: other } = loaded
  const floors = [...loaded.floors].map(([origin, seq]) => ({ origin, seq }))
  return {
    seq: meta.seq,
    hlc: meta.hlc,
    atMs: nowMs,
    rows: [...rowsBetween(state, other)],
    claims: claimsBetween(state, other),
    tombstones: gravesBeyond(state, other),
    entries: [],
    learned: {
      spans: loaded.heard.spans(),
      gone: [],
      floors,
      purged: gravesBeyond(other, state).filter((one) => isForgotten(other, one)),
    },
  }
}

function* rowsBetween(state: State, other: State): Generator<RowEffect> {
  for (const after of other.allKept()) {
    const { kind, id } = after
    const before = state.kept(kind, id)
    const groups = changedGroups(before, after)
    const isBornAnew = before && !isSameDot(before.birth, after.birth)
    if (groups.length > 0 || isBornAnew || !before) yield { kind, id, before, after, groups }
  }
  for (const before of state.allKept()) {
    const { kind, id } = before
    if (other.kept(kind, id)) continue
    yield { kind, id, before, after: undefined, groups: Object.keys(stampsOf(before)) }
  }
}

/** Groups that are written otherwise, stand aside otherwise, or are there no more. */
export function changedGroups(before: KeptRow | undefined, after: KeptRow): string[] {
  const [was, is] = [before ? stampsOf(before) : {}, stampsOf(after)]
  const names = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...names].filter((name) => {
    const version = is[name]
    const isSame = version !== undefined && sameVersion(was[name], version)
    return !isSame || before?.aside?.[name]?.isParked !== after.aside?.[name]?.isParked
  })
}

function claimsBetween(state: State, other: State): ClaimEffect[] {
  const names = new Set<string>()
  for (const claims of [...state.allClaims(), ...other.allClaims()]) {
    for (const { claim } of claims) names.add(claim)
  }
  return [...names].flatMap((claim) => {
    const [before, after] = [state.claims(claim), other.claims(claim)]
    return isSameClaims(before, after) ? [] : [{ claim, before, after }]
  })
}

const isSameClaims = (a: readonly KeptClaim[], b: readonly KeptClaim[]): boolean =>
  a.length === b.length &&
  a.every((one) =>
    b.some((two) => isSameDot(one.birth, two.birth) && sameVersion(one.version, two.version)),
  )

/** Tombstones of `other`, and of those that both have the dots, that `state` lacks. */
export function gravesBeyond(state: State, other: State): StoredTombstone[] {
  return [...other.graves.all()].flatMap((one) => {
    const held = state.graves.of(one.kind, one.id).find(({ birth }) => isSameDot(birth, one.birth))
    if (!held) return [one]
    const dots = one.dots.filter((dot) => !held.dots.some((other) => isSameDot(other, dot)))
    return dots.length > 0 ? [{ ...one, dots }] : []
  })
}

const isForgotten = (other: State, { kind, id, birth }: StoredTombstone): boolean =>
  !other.graves.of(kind, id).some((one) => isSameDot(one.birth, birth))
