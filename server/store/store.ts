// What is durable, as a driver sees it: text, bytes and stamps, no meaning. A driver commits a batch whole or not at
// all and gives everything back on load; kinds, rules and memory are Records'. The shapes carry what replication
// needs: birth dots, stamps, tombstones with their dots, unknown fields, and what was heard of others' transactions.

import type { Dot, Version } from '../records/records.ts'

/** The one row that orders a database's writes. It is written in the transaction of every commit. */
export interface Meta {
  /** The identity under which this database writes: 16 hex digits. A restored copy must take a new one. */
  readonly origin: string
  /** Of the last transaction; the next has one more, without gaps. */
  readonly seq: number
  /** The highest clock value given out (records/hlc.ts). It grows with every commit, also one that takes no number. */
  readonly hlc: bigint
  /** Of the last stream entry. */
  readonly position: number
  /** How many commits this database has seen, whoever made them: each has one more, also one that takes no `seq`. */
  readonly revision: number
}

/** Stands for the origin of a database into which a backup is being restored: nobody starts upon a part of one. */
export const UNFINISHED = 'unfinished'

/** Whether two meta rows are of the same commit. */
export function isSameMeta(a: Meta, b: Meta): boolean {
  return a.origin === b.origin && a.revision === b.revision && a.seq === b.seq && a.hlc === b.hlc
}

export interface StoredGroup {
  readonly name: string
  /** JSON of the fields that this version knows. */
  readonly body: string
  /** JSON, as bytes, of fields that only a newer version knows. */
  readonly unknown?: Uint8Array | undefined
  readonly version: Version
  /**
   * The latest write of each other origin that the writer of this one had seen: what is not in it was written without
   * knowing of this, and this without knowing of it. Missing when that is not known.
   */
  readonly past?: readonly Dot[] | undefined
}

export interface StoredRow {
  readonly kind: string
  readonly id: string
  readonly birth: Dot
  /** On load all groups, in a commit those that changed. */
  readonly groups: readonly StoredGroup[]
}

/** `confirmed` by this database alone as long as it is the only one; `provisional` is for a minority later. */
export type ClaimState = 'confirmed' | 'provisional'

export interface StoredClaim {
  readonly claim: string
  readonly holder: string
  readonly birth: Dot
  readonly state: ClaimState
  readonly version: Version
}

/**
 * What is left of a deleted row, or of a released claim (kind `claim`). In a commit it removes what it names.
 * Two deletes that did not know of each other leave both their dots.
 */
export interface StoredTombstone {
  readonly kind: string
  readonly id: string
  readonly birth: Dot
  readonly dots: readonly Dot[]
  readonly atMs: number
}

export const CLAIM_KIND = 'claim'

export interface StoredEntry {
  readonly position: number
  readonly stream: string
  readonly subject: string
  readonly atMs: number
  readonly dot: Dot
  /** Its place among the entries of one transaction: dot and index name it for ever, in any database. */
  readonly index: number
  readonly body: string
}

/** Everything heard of one origin's transactions: all up to `head` but the gaps, whose ends are included. */
export interface StoredHeard {
  readonly origin: string
  readonly head: number
  readonly gaps: readonly { readonly low: number; readonly high: number }[]
}

/** Tombstones whose delete has a number up to `seq` may have been purged. */
export interface StoredFloor {
  readonly origin: string
  readonly seq: number
}

/** A row, or under the kind `claim` a claim, by its birth. */
export interface StoredName {
  readonly kind: string
  readonly id: string
  readonly birth: Dot
}

/** A group stamped in the far future: kept and passed on, shown when its time has come. */
export interface ParkedGroup {
  readonly kind: string
  readonly id: string
  readonly group: StoredGroup
}

/** What a merge changes beside rows, claims, tombstones and entries. */
export interface Learned {
  /** Of each origin that more was heard of, all. */
  readonly heard?: readonly StoredHeard[]
  readonly parked?: readonly ParkedGroup[]
  /** Removed without a tombstone: deleted elsewhere, so long ago that no tombstone is left. Only in a commit. */
  readonly gone?: readonly StoredName[]
  /** A floor is never lowered. */
  readonly floors?: readonly StoredFloor[]
  /** Tombstones that are needed no more. Only in a commit. */
  readonly purged?: readonly StoredName[]
}

/**
 * Applied in this order: tombstones, gone, rows (each group unparks its own name), claims, parked, purged, the rest.
 * An entry that is there already, by dot and index, stays as it is.
 */
export interface Batch extends Learned {
  readonly meta: Meta
  readonly rows: readonly StoredRow[]
  readonly tombstones: readonly StoredTombstone[]
  readonly claims: readonly StoredClaim[]
  readonly entries: readonly StoredEntry[]
}

/** Transactions of one origin, both ends included. */
export interface StoredSpan {
  readonly origin: string
  readonly low: number
  readonly high: number
}

export interface SpanQuery {
  readonly spans: readonly StoredSpan[]
  /** Bytes of bodies after which the answer ends; it always has at least something of the first span. */
  readonly maxBytes: number
}

/** What is left of some transactions. Rows are whole, with parked groups in the place of those that they win over. */
export interface SpanAnswer {
  readonly rows: readonly StoredRow[]
  readonly claims: readonly StoredClaim[]
  readonly tombstones: readonly StoredTombstone[]
  readonly entries: readonly StoredEntry[]
  /** What this is all of: of each span in turn the newest part, until the bytes were used up. */
  readonly spans: readonly StoredSpan[]
}

export interface StreamQuery {
  readonly stream: string
  readonly subject?: string | undefined
  /** Only entries below this position. */
  readonly before?: number | undefined
  readonly limit: number
}

/** Entries that go: those of before a time, or those of an origin up to a place. At most `limit`, the oldest first. */
export type Sweep = { readonly stream: string; readonly limit: number } & (
  | { readonly beforeMs: number }
  | {
      readonly origin: string
      readonly upTo: { readonly seq: number; readonly index: number }
    }
)

/** What others have committed to a shared database since a commit of ours, or since the last news. */
export type News =
  /**
   * Everything that a later commit wrote last, as of one instant, in batches to be applied in order; each has the meta row
   * of that instant. A batch is as one of a commit: rows with the groups that changed (none where only the birth did),
   * tombstones with all their dots, of each origin all that was heard. Removals come before rows. A tombstone that came and was purged in between is in `purged` alone, and what
   * it names goes with it.
   */
  | { readonly kind: 'news'; readonly meta: Meta; readonly batches: readonly Batch[] }
  /** Too much, or so long ago that what was removed without a tombstone is not known any more: load anew. */
  | { readonly kind: 'reload' }
  /**
   * The commit that was asked about is not in this database: it went back to an earlier state, or may have (a driver
   * that finds the server to be another than the one that took the last commit, as by Redis's run_id, answers this
   * too and refuses commits), or a member has given it a new origin. Undefined: it is empty.
   */
  | { readonly kind: 'back'; readonly meta: Meta | undefined }

/** Rows and entries of one answer of `news`: past it a load costs no more. */
export const MAX_NEWS = 20_000
/** Rows and entries of one batch of news. */
export const NEWS_BATCH = 1000
/** How long, and for how many, a shared database remembers removals and the tokens of commits. */
export const REMEMBERED_MS = 24 * 60 * 60 * 1000
export const REMEMBERED_COMMITS = 100_000

/** A database that does not answer. */
export interface Away {
  readonly sinceMs: number
  readonly reason: string
}

export interface Store {
  /** Whether other peers may write to this database. Where they may not, nobody asks for news. */
  readonly shared: boolean
  /**
   * Everything but the stream entries, in batches. Yields nothing when the database is new. In a shared one the rows may
   * be of later instants than the meta row, which is read first: whoever loads asks for the news since then.
   */
  load(): AsyncIterable<Batch>
  /**
   * Resolves when the batch is on disk. `after` is the meta row that the batch was decided upon (undefined: none yet);
   * `batch.meta` has its revision and one. A database whose row is another by now refuses with `store_moved`. Rejects
   * with that, `store_full`, `store_failed` or `store_unavailable`; then nothing of the batch was kept, also not after a
   * crash. As long as it is not known whether it was kept it does neither: the caller has a limit of its own.
   * Another origin than `after` has is what the database writes under from then on; `heard` says what it has of the old.
   * Deadlocks and the like are retried inside.
   */
  commit(batch: Batch, after: Meta | undefined): Promise<void>
  /** The meta row, in one cheap read. Undefined: the database is new. Rejects with `store_unavailable`. */
  meta(): Promise<Meta | undefined>
  /** Everything of the commits after this one. Rejects with `store_unavailable`. Only of a shared store. */
  news(after: Meta): Promise<News>
  /** Whether the database does not answer just now; reading goes on from memory meanwhile. */
  away(): Away | undefined
  /** Newest first. */
  readStream(query: StreamQuery): Promise<readonly StoredEntry[]>
  /** Removes entries; answers how many. */
  sweep(cut: Sweep): Promise<number>
  /** Everything that was born, written or deleted in these transactions, as of one instant, byte for byte as it came. */
  readSpans(query: SpanQuery): Promise<SpanAnswer>
  close(): Promise<void>
}
