// What is durable, as a driver sees it: text, bytes and stamps, no meaning. A driver commits a batch whole or not at
// all and gives everything back on load; kinds, rules and memory are Records'. The shapes carry what replication
// needs (birth dots, stamps, tombstones with their dots, unknown fields), so that a later peer link adds tables
// and changes none.

import type { Dot, Version } from '../records/records.ts'

/** The one row that orders a database's writes. It is written in the transaction of every commit. */
export interface Meta {
  /** The identity under which this database writes: 16 hex digits. A restored copy must take a new one. */
  readonly origin: string
  /** Of the last transaction; the next has one more, without gaps. */
  readonly seq: number
  /** The highest clock value given out (records/hlc.ts). */
  readonly hlc: bigint
  /** Of the last stream entry. */
  readonly position: number
}

export interface StoredGroup {
  readonly name: string
  /** JSON of the fields that this version knows. */
  readonly body: string
  /** JSON, as bytes, of fields that only a newer version knows. */
  readonly unknown?: Uint8Array | undefined
  readonly version: Version
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

export interface Batch {
  readonly meta: Meta
  readonly rows: readonly StoredRow[]
  readonly tombstones: readonly StoredTombstone[]
  readonly claims: readonly StoredClaim[]
  readonly entries: readonly StoredEntry[]
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

export interface Store {
  /** Everything but the stream entries, in batches. Yields nothing when the database is new. */
  load(): AsyncIterable<Batch>
  /**
   * Resolves when the batch is on disk. `after` is the meta row that the batch was decided upon (undefined: none
   * yet); a database that has moved on since refuses. Rejects with `store_full` or `store_failed`; then nothing of
   * the batch was kept, also not after a crash.
   */
  commit(batch: Batch, after: Meta | undefined): Promise<void>
  /** Newest first. */
  readStream(query: StreamQuery): Promise<readonly StoredEntry[]>
  /** Removes entries; answers how many. */
  sweep(cut: Sweep): Promise<number>
  close(): Promise<void>
}
