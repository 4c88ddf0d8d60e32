// What a transaction's changes do to what is there, as a pure function: each change is checked against the ones before
// it, and either all of them become effects or the whole transaction is refused.

import { isDeepStrictEqual } from 'node:util'
import { SkeinError } from '#protocol/errors.ts'
import { type Id, isId } from '#protocol/ids.ts'
import { pastOf } from '../cluster/replica/past.ts'
import { stampEpoch } from '../cluster/replica/policy.ts'
import type { StoredEntry } from '../store/store.ts'
import { type Effects, type RowEffect, tombstonesOf } from './effects.ts'
import { storedGroup } from './kept.ts'
import { type Kind, ownerOnly, type StreamName } from './kinds.ts'
import type { KeptRow, Layer } from './layer.ts'
import { Overlay } from './overlay.ts'
import { type Change, MAX_CHANGES, type Version } from './records.ts'
import { isKind } from './schemas.ts'
import { checkBody, checkGroup } from './value.ts'
import { latestVersion, sameVersion } from './version.ts'

/** Names are at most 64 characters, ids 36; two of them and a prefix. */
const MAX_CLAIM_CHARS = 200
const MAX_SUBJECT_CHARS = 64

/** When and as what a transaction writes. */
export interface Stamp {
  readonly origin: string
  readonly seq: number
  readonly hlc: bigint
  readonly atMs: number
  /** Of the last entry before this transaction's. */
  readonly position: number
}

interface Owner {
  assertValid(): void
}

/**
 * Throws `too_many_changes`, `conflict`, `name_taken`, `not_found` (a set of what is not there), `bad_request` or
 * `too_large`, and what `owner.assertValid()` throws.
 */
export function apply(
  below: Layer,
  changes: readonly Change[],
  stamp: Stamp,
  owner?: Owner,
): Effects {
  if (changes.length > MAX_CHANGES) throw new SkeinError('too_many_changes', { limit: MAX_CHANGES })
  const transaction = new Transaction(below, stamp, owner)
  for (const change of changes) transaction.change(change)
  return transaction.effects()
}

class Transaction {
  readonly #below: Layer
  readonly #layer: Overlay
  readonly #stamp: Stamp
  readonly #owner: Owner | undefined
  readonly #birth: { readonly origin: string; readonly seq: number }
  readonly #entries: StoredEntry[] = []
  /** One object for all groups written at one epoch, so that a row of six groups keeps one. */
  readonly #versions = new Map<number, Version>()

  constructor(below: Layer, stamp: Stamp, owner: Owner | undefined) {
    this.#below = below
    this.#layer = new Overlay(below)
    this.#stamp = stamp
    this.#owner = owner
    this.#birth = Object.freeze({ origin: stamp.origin, seq: stamp.seq })
  }

  change(change: Change): void {
    switch (change.op) {
      case 'create':
        this.#create(change.kind, change.id, change.groups)
        break
      case 'set':
        this.#set(change.kind, change.id, change.group, change.value, change.if)
        break
      case 'delete':
        this.#delete(change.kind, change.id, change.if)
        break
      case 'claim':
        this.#claim(change.claim, change.holder)
        break
      case 'release':
        this.#release(change.claim, change.holder)
        break
      case 'append':
        this.#append(change.stream, change.subject, change.body)
        break
    }
  }

  effects(): Effects {
    const { seq, hlc, atMs } = this.#stamp
    const rows: RowEffect[] = []
    for (const { kind, id, after } of this.#layer.saidRows()) {
      const before = this.#below.row(kind, id)
      if (!before && !after) continue // made and deleted here: nobody ever saw it
      rows.push({ kind, id, before, after, groups: this.#changed(before, after) })
    }
    const claims = []
    for (const { claim, after } of this.#layer.saidClaims()) {
      const before = this.#below.claims(claim)
      if (!isDeepStrictEqual(before, after)) claims.push({ claim, before, after })
    }
    const tombstones = tombstonesOf(this.#stamp, rows, claims)
    return { seq, hlc, atMs, rows, claims, tombstones, entries: this.#entries }
  }

  /** The same row again is a retry and changes nothing; another row under its id is a conflict. */
  #create(kind: Kind, id: string, groups: Readonly<Record<string, unknown>>): void {
    checkId(kind, id)
    const values = Object.entries(groups).filter(([, value]) => value !== undefined)
    const checked = values.map(([group, value]) => [group, checkGroup(kind, group, value)] as const)
    const there = this.#layer.row(kind, id)
    if (there) {
      const same = checked.every(([group, value]) => isDeepStrictEqual(there.groups[group], value))
      if (!same) throw new SkeinError('conflict', { thing: kind })
      return
    }
    if (this.#layer.isSpent(kind, id)) throw new SkeinError('conflict', { thing: kind })
    for (const [group] of checked) this.#assertOwned(kind, group)
    const versions = Object.fromEntries(
      checked.map(([group, value]) => [group, this.#version(stampEpoch(kind, group, value, 0))]),
    )
    this.#put({ kind, id, birth: this.#birth, groups: Object.fromEntries(checked), versions })
  }

  #set(kind: Kind, id: string, group: string, given: unknown, held: Version | undefined): void {
    checkId(kind, id)
    const value = checkGroup(kind, group, given)
    const row = this.#layer.row(kind, id)
    if (!row) throw new SkeinError('not_found', { thing: kind })
    if (held && !sameVersion(row.versions[group], held)) {
      throw new SkeinError('conflict', { thing: kind })
    }
    this.#assertOwned(kind, group)
    this.#put(this.#written(row, group, value))
  }

  /**
   * One value of a far future may stand beside what is shown: a higher epoch wins over it, and it goes. The same goes for one
   * that was stamped here before this clock was put right.
   */
  #written(row: KeptRow, group: string, value: unknown): KeptRow {
    const replaced = storedGroup(row, group)
    const { [group]: parked, ...others } = row.aside ?? {}
    const isLater = replaced !== undefined && replaced.version.hlc >= this.#stamp.hlc
    const held = (replaced?.version.epoch ?? 0) + (parked?.isParked || isLater ? 1 : 0)
    const version = this.#version(stampEpoch(row.kind, group, value, held))
    const seen = replaced ? pastOf(this.#stamp.origin, replaced) : []
    const { aside: _, ...rest } = row
    return {
      ...rest,
      groups: { ...row.groups, [group]: value },
      versions: { ...row.versions, [group]: version },
      past: { ...row.past, [group]: seen },
      ...(Object.keys(others).length > 0 && { aside: others }),
    }
  }

  /** `held` is the latest version of any of the row's groups. */
  #delete(kind: Kind, id: string, held: Version | undefined): void {
    checkId(kind, id)
    const row = this.#layer.row(kind, id)
    if (!row) return
    if (held && !sameVersion(latestVersion(Object.values(row.versions)), held)) {
      throw new SkeinError('conflict', { thing: kind })
    }
    this.#layer.put(kind, id, undefined, this.#stamp.seq)
  }

  #claim(claim: string, holder: Id): void {
    if (claim.length > MAX_CLAIM_CHARS || !isId(holder)) {
      throw new SkeinError('bad_request', {
        reason: `${claim.slice(0, MAX_CLAIM_CHARS)} cannot be claimed`,
      })
    }
    const held = this.#layer.claim(claim)
    if (held?.holder === holder) return
    if (held) throw new SkeinError('name_taken', { name: claimedName(claim) })
    const version = this.#version(0)
    const birth = this.#birth
    const made = Object.freeze({ claim, holder, birth, version, state: 'confirmed' as const })
    this.#layer.putClaims(claim, [...this.#layer.claims(claim), made], this.#stamp.seq)
  }

  /** Also what was displaced: a name that another holds is given up in the same way. */
  #release(claim: string, holder: Id): void {
    const claims = this.#layer.claims(claim)
    const others = claims.filter((one) => one.holder !== holder)
    if (others.length < claims.length) this.#layer.putClaims(claim, others, this.#stamp.seq)
  }

  #append(stream: StreamName, subject: string, given: unknown): void {
    if (subject.length > MAX_SUBJECT_CHARS) {
      throw new SkeinError('bad_request', { reason: `the subject of ${stream} is too long` })
    }
    const index = this.#entries.length
    this.#entries.push({
      position: this.#stamp.position + 1 + index,
      stream,
      subject,
      atMs: this.#stamp.atMs,
      dot: this.#birth,
      index,
      body: JSON.stringify(checkBody(stream, given)),
    })
  }

  #put(row: KeptRow): void {
    Object.freeze(row.groups)
    Object.freeze(row.versions)
    this.#layer.put(row.kind, row.id, Object.freeze(row), this.#stamp.seq)
  }

  #version(epoch: number): Version {
    let version = this.#versions.get(epoch)
    if (!version) {
      const { origin, seq, hlc } = this.#stamp
      version = Object.freeze({ epoch, hlc, origin, seq })
      this.#versions.set(epoch, version)
    }
    return version
  }

  #assertOwned(kind: Kind, group: string): void {
    if (!ownerOnly[kind]?.includes(group)) return
    if (!this.#owner) throw new TypeError(`${kind}.${group} is written by its host's owner only`)
    this.#owner.assertValid()
  }

  #changed(before: KeptRow | undefined, after: KeptRow | undefined): string[] {
    if (!after) return Object.keys(before?.groups ?? {})
    const names = Object.keys(after.groups)
    return names.filter((name) => after.versions[name] !== before?.versions[name])
  }
}

function checkId(kind: Kind, id: string): void {
  if (!isKind(kind))
    throw new SkeinError('bad_request', { reason: `there is no kind ${String(kind)}` })
  if (!isId(id)) throw new SkeinError('bad_request', { reason: `the id of a ${kind} is a UUIDv7` })
}

/** The part that a person chose: what follows the scope. */
function claimedName(claim: string): string {
  return claim.slice(Math.max(claim.indexOf(':'), claim.lastIndexOf('/')) + 1)
}
