// Reading rows and claims through layers: the committed state below, on it what was accepted and is not durable yet,
// on that what the transaction at hand has changed so far. Each layer shows itself over the one below.

import type { Bucket } from '../cluster/replica/delta.ts'
import type { StoredClaim, StoredGroup, StoredName, StoredTombstone } from '../store/store.ts'
import type { Kind } from './kinds.ts'
import type { Dot, Version } from './records.ts'

/** A group that is kept and passed on but not shown. */
export interface Aside {
  readonly group: StoredGroup
  /** Stamped in the far future, so that what was there before is still shown; otherwise this version cannot read it. */
  readonly isParked: boolean
}

/** A row as it is kept: what callers see as `Row`, and what only newer versions or later times know. */
export interface KeptRow {
  /** Of a hidden row any text. */
  readonly kind: Kind
  readonly id: string
  readonly birth: Dot
  readonly groups: Readonly<Record<string, unknown>>
  readonly versions: Readonly<Record<string, Version>>
  readonly unknown?: Readonly<Record<string, Uint8Array>>
  readonly past?: Readonly<Record<string, readonly Dot[]>>
  readonly aside?: Readonly<Record<string, Aside>>
  /** This version knows nothing of its kind, or cannot read it: it is there for others, and its id is taken. */
  readonly isHidden?: true
}

export type KeptClaim = StoredClaim

export interface IndexQuery {
  readonly name: string
  readonly value: string
}

/** Transactions of one origin, both ends included. */
export interface DotSpan {
  readonly origin: string
  readonly low: number
  readonly high: number
}

export interface Layer {
  /** Not the hidden ones. */
  row(kind: Kind, id: string): KeptRow | undefined
  /** In no promised order, and not the hidden ones. */
  rows(kind: Kind, index?: IndexQuery): Iterable<KeptRow>
  /** Also a hidden one, of whatever kind. */
  kept(kind: string, id: string): KeptRow | undefined
  /** Who holds a name: the earliest of those who claim it. */
  claim(claim: string): KeptClaim | undefined
  /** All that were not released, the earliest first. */
  claims(claim: string): readonly KeptClaim[]
  /** Of every birth that the id ever had. */
  tombstones(kind: string, id: string): readonly StoredTombstone[]
  /** Whether an id was used before and is gone, or is held by a row that this version cannot read. */
  isSpent(kind: Kind, id: string): boolean
  /** Rows and claims that were born in these transactions and are still here. */
  bornIn(span: DotSpan): Iterable<StoredName>
  /** Rows whose ids hash alike, or claims whose names do: what is compared at once. */
  inBucket(bucket: Bucket): Iterable<StoredName>
}
