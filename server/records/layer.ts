// Reading rows and claims through layers: the committed state below, on it what was accepted and is not durable yet,
// on that what the transaction at hand has changed so far. Each layer shows itself over the one below.

import type { ClaimState } from '../store/store.ts'
import type { Kind } from './kinds.ts'
import type { Dot, Version } from './records.ts'

/** A row as it is kept: what callers see as `Row`, and the fields that only a newer version knows. */
export interface KeptRow {
  readonly kind: Kind
  readonly id: string
  readonly birth: Dot
  readonly groups: Readonly<Record<string, unknown>>
  readonly versions: Readonly<Record<string, Version>>
  readonly unknown?: Readonly<Record<string, Uint8Array>>
}

export interface KeptClaim {
  readonly claim: string
  readonly holder: string
  readonly birth: Dot
  readonly state: ClaimState
  readonly version: Version
}

export interface IndexQuery {
  readonly name: string
  readonly value: string
}

export interface Layer {
  row(kind: Kind, id: string): KeptRow | undefined
  /** In no promised order. */
  rows(kind: Kind, index?: IndexQuery): Iterable<KeptRow>
  claim(claim: string): KeptClaim | undefined
  /** Whether an id was used before and is gone, or is held by a row that this version cannot read. */
  isSpent(kind: Kind, id: string): boolean
}
