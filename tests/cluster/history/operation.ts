// What clients did and what they were told, and what each peer has in the end: a history, to be judged by check.ts.
// Every written value is one of a kind, so that a value tells which operation wrote it.

import type { Version } from '../../../server/records/records.ts'

interface Asked {
  /** Names the operation in what is told of it. */
  readonly id: string
  readonly client: string
  readonly peer: string
  /** From the first byte sent to the last answer, ms on the clients' one clock. */
  readonly startMs: number
  readonly endMs: number
  /** `unknown` where no answer came: it may have happened, may still happen, or neither. */
  readonly outcome: 'ok' | 'refused' | 'unknown'
  /** How often it was sent; a peer that was killed in between may have done it as often. By default 1. */
  readonly attempts?: number
  /** What the peer answered that the write is stamped with, where it says so. */
  readonly version?: Version
  /** `kind/id` of the record. Ids are never used twice. */
  readonly object: string
}

/** Groups of the record by name. */
export type Values = Readonly<Record<string, string>>

export type Create = Asked & {
  readonly op: 'create'
  readonly values: Values
  /** Claimed in the same transaction. */
  readonly name?: string
}
export type Set = Asked & { readonly op: 'set'; readonly group: string; readonly value: string }
export type Delete = Asked & { readonly op: 'delete' }
/** The object takes this name and gives its former one back. Names of different kinds must differ: `template:web`. */
export type Claim = Asked & { readonly op: 'claim'; readonly name: string }
/** `values` is undefined where the object was not there. */
export type Read = Asked & { readonly op: 'read'; readonly values: Values | undefined }

export type Operation = Create | Set | Delete | Claim | Read

export interface FinalObject {
  readonly values: Values
  readonly versions?: Readonly<Record<string, Version>>
  readonly name?: string
}

/** All that one peer has. */
export interface FinalState {
  readonly peer: string
  readonly objects: ReadonlyMap<string, FinalObject>
  /** Who holds each name, where that is kept apart from the objects. */
  readonly holders?: ReadonlyMap<string, string>
  /** What nobody judges by itself, and must be equal everywhere all the same. */
  readonly rest?: ReadonlyMap<string, string>
}

export interface History {
  readonly operations: readonly Operation[]
  readonly finals: readonly FinalState[]
  /** The furthest that two peers' clocks are apart, ms. Without it time says nothing about whose write is later. */
  readonly skewMs?: number
}

export type Rule =
  | 'lost'
  | 'returned'
  | 'older'
  | 'unwritten'
  | 'diverged'
  | 'named twice'
  | 'usurped'

export interface Violation {
  readonly rule: Rule
  readonly object: string
  readonly says: string
}
