// The one way to durable state. Reads are synchronous against what is committed; every change goes through
// `transact`. They are the same on every peer, soon after one has written them.

import type { Id } from '#protocol/ids.ts'
import type { Groups, IndexKey, Kind, KindId, StreamBodies, StreamName } from './kinds.ts'

/** Where a group was written last: the stamp's comparison order is epoch, hlc, origin, seq. */
export interface Version {
  readonly epoch: number
  readonly hlc: bigint
  readonly origin: string
  readonly seq: number
}

export interface Dot {
  readonly origin: string
  readonly seq: number
}

export interface Row<K extends Kind> {
  readonly kind: K
  readonly id: KindId<K>
  /** The dot of its creation: tells *deleted* from *not here yet*. */
  readonly birth: Dot
  readonly groups: Readonly<Partial<Groups<K>>>
  readonly versions: Readonly<Partial<Record<keyof Groups<K> & string, Version>>>
}

export type ClaimKey =
  | `user:${string}`
  | `space:${string}/${string}`
  | `template:${string}`
  | `setting:${string}`
  | `ssh-key:${string}`
  | `group:${string}`
  | `role:${string}`
  | `used:${string}`

export interface View {
  get<K extends Kind>(kind: K, id: KindId<K>): Row<K> | undefined
  list<K extends Kind>(kind: K, index?: IndexKey<K>): readonly Row<K>[]
  holder(claim: ClaimKey): Id | undefined
}

type CreateChange = {
  [K in Kind]: { op: 'create'; kind: K; id: KindId<K>; groups: Partial<Groups<K>> }
}[Kind]
type SetChange = {
  [K in Kind]: {
    [G in keyof Groups<K> & string]: {
      op: 'set'
      kind: K
      id: KindId<K>
      group: G
      value: Groups<K>[G]
      if?: Version
    }
  }[keyof Groups<K> & string]
}[Kind]
type DeleteChange = { [K in Kind]: { op: 'delete'; kind: K; id: KindId<K>; if?: Version } }[Kind]
type AppendChange = {
  [S in StreamName]: { op: 'append'; stream: S; subject: string; body: StreamBodies[S] }
}[StreamName]

export type Change =
  | CreateChange
  | SetChange
  | DeleteChange
  | { op: 'claim' | 'release'; claim: ClaimKey; holder: Id }
  | AppendChange

/** The most changes of one transaction. */
export const MAX_CHANGES = 100

export interface Decision<T> {
  readonly changes: readonly Change[]
  readonly result: T
}

export interface Changed<K extends Kind> {
  readonly id: KindId<K>
  readonly version: number
  readonly groups: readonly string[]
  /** `merge` also where only some of it came from elsewhere. */
  readonly origin: 'local' | 'merge'
}

/** One appended event, as read back. `position` grows within this database. */
export interface StreamEntry<S extends StreamName> {
  readonly id: string
  readonly position: number
  readonly at: number
  readonly subject: string
  readonly body: StreamBodies[S]
}

export interface TransactOptions {
  /**
   * `local` (the default) resolves when it is durable here. `peer` then waits a little (50 ms) for one other peer to have it
   * durable as well, `every` (2 s) for each that can be reached. It resolves in any case.
   */
  readonly ack?: 'local' | 'peer' | 'every'
  /** Before it resolves: how many of the peers that can be reached have it. */
  readonly told?: (received: { readonly peers: number; readonly of: number }) => void
  readonly owner?: { assertValid(): void }
}

export interface Records extends View {
  /**
   * `decide` is synchronous and pure, runs against committed state, one at a time, and again if it lost. Atomic.
   * Resolves when durable. Rejects with `too_many_changes`, `conflict` (an `if` that no longer holds),
   * `name_taken` (a claim held by another), `store_full`, `store_slow` or `store_failed`; also `not_found` (a set of a row that is
   * not there), `bad_request` or `too_large` (a value that does not fit); then nothing was changed.
   * Groups marked owner-only in kinds.ts need `owner`, also when a row is created with them.
   * `if` of a delete is the latest version among the row's groups.
   */
  transact<T>(decide: (view: View) => Decision<T>, options?: TransactOptions): Promise<T>
  /**
   * After commit, in order, coalesced by id, from this call on. A delete names all groups that the row had. Ends when
   * the signal aborts or the records close; throws `unavailable` when the reader is too far behind.
   */
  watch<K extends Kind>(kind: K, options?: { signal?: AbortSignal }): AsyncIterable<Changed<K>>
  /** Newest first. `before` is a position. At most 500. */
  read<S extends StreamName>(
    stream: S,
    query?: { subject?: string; before?: number; limit?: number },
  ): Promise<readonly StreamEntry<S>[]>
  /** Appended events from this call on; ends as `watch` does. */
  tail<S extends StreamName>(
    stream: S,
    options?: { signal?: AbortSignal },
  ): AsyncIterable<StreamEntry<S>>
  /** Waits for what was accepted and ends every watch. The store is its opener's to close. */
  close(): Promise<void>
}
