// What peers tell each other of their records, and what must be known of one's own to decide what that changes. Bodies
// are text that nobody here reads: kinds, groups and fields of a newer version pass through as they are.

import type { Dot, Version } from '../../records/records.ts'
import type {
  StoredClaim,
  StoredEntry,
  StoredGroup,
  StoredRow,
  StoredTombstone,
} from '../../store/store.ts'

/** Transactions of one origin, from one sequence number to another, both included. */
export interface Span {
  readonly origin: string
  readonly low: number
  readonly high: number
}

/** Everything up to here of an origin may be missing without a trace: its tombstones were purged. */
export interface Floor {
  readonly origin: string
  readonly seq: number
}

/** Rows of one kind whose ids hash alike (fingerprint.ts); claims are of the kind `claim`. */
export interface Bucket {
  readonly kind: string
  readonly number: number
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
  /**
   * In a reconciliation: the rows and claims of these buckets are all that the sender has there, and this is what it had
   * heard of. What was born in that and is in these buckets here only was deleted there. Nothing becomes heard by it.
   */
  readonly reconciled?: { readonly buckets: readonly Bucket[]; readonly heard: readonly Span[] }
  /** Raised in the same commit: below them the sender can no longer tell what was deleted, nor can whoever takes this. */
  readonly floors?: readonly Floor[]
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
  /** One group as it is stored; asked for only where two writes of it meet. */
  group(kind: string, id: string, name: string): StoredGroup | undefined
  /**
   * All claims of a name that are not released, in no order: the earliest holds it, the others are displaced and stay
   * until whoever they displaced has released them.
   */
  claims(claim: string): readonly StoredClaim[]
  /** All tombstones of that id, whatever the birth: of a claim's name there may be many. */
  tombstones(kind: string, id: string): readonly StoredTombstone[]
  /** Rows, and claims under the kind `claim`, that were born in these transactions and are still here. */
  bornIn(span: Span): Iterable<{ readonly kind: string; readonly id: string; readonly birth: Dot }>
  /** All rows of a bucket, and claims of a bucket of the kind `claim`. */
  inBucket(
    bucket: Bucket,
  ): Iterable<{ readonly kind: string; readonly id: string; readonly birth: Dot }>
}

/** What a join changes: only what is new, to be stored in one commit together with the spans. */
export interface Joined {
  /**
   * Of each row the groups that won; a row that was not here, with all its groups. Its birth takes the place of the one
   * that is stored: two peers that made one row (a retry of a client) agree on the lesser birth.
   */
  readonly rows: readonly StoredRow[]
  /** To be kept beside the other claims of their names: name and birth together are the key. */
  readonly claims: readonly StoredClaim[]
  /** Of each tombstone the dots that are new here. It removes what it names. */
  readonly tombstones: readonly StoredTombstone[]
  /** Removed without a tombstone: the sender had heard of them and has them no more. */
  readonly gone: readonly { readonly kind: string; readonly id: string; readonly birth: Dot }[]
  readonly entries: readonly StoredEntry[]
  readonly spans: readonly Span[]
  readonly floors: readonly Floor[]
  /**
   * What neither of two writers wrote that did not know of each other (policy.ts). To be written in the same commit as a
   * transaction of this database's own, with a new dot: only so does everyone else hear of it.
   */
  readonly mended: readonly {
    readonly kind: string
    readonly id: string
    /** The value to write, with the past to write. `version` is that of the value it replaces, if that is still there. */
    readonly group: StoredGroup
  }[]
  /** Values that lost against one that did not know of them, here or on the way, for the history of the record. */
  readonly overridden: readonly {
    readonly kind: string
    readonly id: string
    readonly group: string
    readonly lost: Version
    readonly by: Version
  }[]
  /** Claims that do not hold their name from here on, or never did here: another's is earlier. They stay stored. */
  readonly displaced: readonly StoredClaim[]
}

/** A join that is durable, with what it did to the rows that are here. */
export interface Merged extends Joined {
  /** Rows that were made or changed. */
  readonly came: number
  /** Rows that were deleted. */
  readonly went: number
}
