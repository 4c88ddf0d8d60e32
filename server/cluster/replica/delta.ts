// What peers tell each other of their records, and what must be known of one's own to decide what that changes. Bodies
// are text that nobody here reads: kinds, groups and fields of a newer version pass through as they are.

import type { Dot, Version } from '../../records/records.ts'
import type { StoredClaim, StoredEntry, StoredRow, StoredTombstone } from '../../store/store.ts'

/** Transactions of one origin, from one sequence number to another, both included. */
export interface Span {
  readonly origin: string
  readonly low: number
  readonly high: number
}

/** Whole rows (every group, as the sender has it), claims, tombstones and stream entries. */
export interface Delta {
  readonly rows: readonly StoredRow[]
  readonly claims: readonly StoredClaim[]
  readonly tombstones: readonly StoredTombstone[]
  readonly entries: readonly StoredEntry[]
  /**
   * Transactions that are known in full once this is durable: everything that the sender still has of them is in here, so
   * that what was born in them and is not here was deleted there.
   */
  readonly spans: readonly Span[]
}

/** Which transactions were heard of, whether anything is left of them or not. */
export interface Heard {
  has(dot: Dot): boolean
}

export interface KnownRow {
  readonly birth: Dot
  readonly versions: Readonly<Record<string, Version>>
}

/** What a replica has, as a join asks for it. */
export interface Known {
  readonly heard: Heard
  row(kind: string, id: string): KnownRow | undefined
  claim(claim: string): StoredClaim | undefined
  tombstone(kind: string, id: string): StoredTombstone | undefined
  /** Rows, and claims under the kind `claim`, that were born in these transactions and are still here. */
  bornIn(span: Span): Iterable<{ readonly kind: string; readonly id: string; readonly birth: Dot }>
}

/** What a join changes: only what is new, to be stored in one commit together with the spans. */
export interface Joined {
  /** Of each row the groups that won; a row that was not here, with all its groups. */
  readonly rows: readonly StoredRow[]
  readonly claims: readonly StoredClaim[]
  /** Of each tombstone the dots that are new here. It removes what it names. */
  readonly tombstones: readonly StoredTombstone[]
  /** Removed without a tombstone: the sender had heard of them and has them no more. */
  readonly gone: readonly { readonly kind: string; readonly id: string; readonly birth: Dot }[]
  readonly entries: readonly StoredEntry[]
  readonly spans: readonly Span[]
  /** Values that lost here against what came, for the history of the record. */
  readonly overridden: readonly {
    readonly kind: string
    readonly id: string
    readonly group: string
    readonly by: Version
  }[]
  /** Names that two had claimed: the later claimant holds it no more and must take another. */
  readonly displaced: readonly StoredClaim[]
}
