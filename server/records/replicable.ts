// What replication asks of the records, beside what everybody asks of them: what was heard of and what is held, in pieces
// that another replica can join, and a way in for what the others send. Everything here is durable before it is told.

import type { Context } from '../cluster/replica/context.ts'
import type { Bucket, Delta, Floor, Joined, Merged, Span } from '../cluster/replica/delta.ts'
import type { Fingerprints } from '../cluster/replica/fingerprint.ts'
import type { Local } from '../cluster/replica/local.ts'
import type { Meta, StoredClaim } from '../store/store.ts'
import type { Dot } from './records.ts'

/** How many of the other peers have something. */
export interface Received {
  readonly peers: number
  /** Of so many that can be reached. */
  readonly of: number
}

/** Who else has what this database wrote. */
export interface Receipts {
  /**
   * Waits until one peer (50 ms), or each that can be reached (`all` 100 ms, `every` 2 s), has everything up to this number;
   * then, or when that time is over, answers.
   */
  received(seq: number, by: 'one' | 'all' | 'every'): Promise<Received>
}

export interface Replicable {
  /** Under which this database writes. */
  readonly origin: string
  /** Whether this database writes under it, or did before it took another while this peer ran. */
  wrote(origin: string): boolean
  /** The number of the last transaction that is durable. */
  readonly seq: number
  /** Whether a transaction was heard of, whatever is left of it. */
  has(dot: Dot): boolean
  /** All that was heard of, our own transactions among it: a copy. */
  heard(): Context
  /** The same as the replicator reads it: without a copy, and changing with every commit. */
  readonly local: Local
  readonly fingerprints: Fingerprints
  floors(): readonly Floor[]
  /**
   * Resolves when what it changed is durable together with what was heard of by it. Rejects with the codes of a store;
   * then nothing of it was taken in, and it may come again.
   */
  merge(delta: Delta): Promise<Merged>
  /**
   * Everything that is left of these transactions, from the newest down, until the bytes are used up: the answer's spans
   * say how far it got. Of what was not heard of here nothing is said.
   */
  collect(spans: readonly Span[], maxBytes: number): Promise<Delta>
  /** All rows and claims of some buckets, with what was heard of at that instant. */
  reconcile(buckets: readonly Bucket[]): Promise<Delta>
  /** By origin, how many of its values wait until their time has come. */
  heldBack(): ReadonlyMap<string, number>
  /** Claims that do not hold their name and were not given up yet. */
  displaced(): readonly StoredClaim[]
  /** Every claim, by name. What is claimed or released meanwhile may be among them or not. */
  claims(): Iterable<readonly StoredClaim[]>
  /** Whether a row's tombstone is here: then it never comes back. */
  wasDeleted(kind: string, id: string): boolean
  /** Hears of this database's own transactions, in order, as soon as they are durable. Answers how to stop. */
  follow(hear: (delta: Delta) => void): () => void
  /** Hears of what every merge came to. */
  onMerged(hear: (joined: Joined) => void): () => void
  /** Shows values whose time has come and forgets tombstones that are old enough. */
  tend(tombstoneAgeMs: number): Promise<void>
  /** Others have heard of transactions of ours that are not here: what would be written now would be taken for those. */
  refuseWrites(): void
  /** The meta row of the last commit that is known here. */
  readonly meta: Meta
  /** Whether other peers may write to the same database: they are its members, and share its origin. */
  readonly isShared: boolean
  /** Takes in what other members have written. Rejects with the codes of a store. */
  refresh(): Promise<void>
  /** Whether a commit that a member told of is in this database. Only of a shared one. Rejects with `store_unavailable`. */
  holds(meta: Meta): Promise<boolean>
  /** Others know more of what was written under this origin than is here: a shared database takes a new one. */
  renew(origin: string): Promise<void>
  /** Hears of each commit that was made here. Answers how to stop. */
  onMoved(hear: () => void): () => void
  /** Asked for by `transact` with `ack: 'peer'`; without one nobody else can have anything. */
  receipts: Receipts | undefined
}
