// Peers as the HTTP API shows them, as the peer that is asked sees them. Times are ISO 8601 in UTC.

import type { Ref } from './spaces.ts'

/** `refused`: the asked peer itself, whose id another process has. */
export type PeerViewState = 'alive' | 'suspect' | 'unreachable' | 'dead' | 'left' | 'refused'

export interface PeerUsage {
  /** Agents that are linked to it, and terminals that are open through it. */
  readonly agents: number
  readonly terminals: number
  readonly cpuPercent: number
  readonly memoryBytes: number
}

export interface PeerRecords {
  /** Everything that it has said to have is here. */
  readonly isLevel: boolean
  /**
   * What last happened between the two: all records are being compared, or were, because one was away for too long or came
   * from a backup; they had heard the same and held different things; or one was put back to an earlier state.
   */
  readonly told?: 'comparing' | 'compared' | 'diverged' | 'rolled-back'
  readonly at?: string
}

export interface PeerInfo {
  readonly id: string
  readonly isSelf: boolean
  readonly name: string
  readonly state: PeerViewState
  readonly since: string
  /** Who says so. */
  readonly by: Ref
  /** Where the others reach it, `host:port`. */
  readonly address: string
  readonly version: string
  readonly zone?: string
  readonly url?: string
  readonly hosts: number
  readonly spaces: number
  /** One-minute load average of its machine. */
  readonly load: number
  /** What its spaces do together, coarsely, as it says itself; absent while it says nothing. */
  readonly usage?: PeerUsage
  /** Of a peer with which records are exchanged right now. */
  readonly records?: PeerRecords
  readonly roundTripMs?: number
  /** Its wall clock minus the asked peer's. */
  readonly clockOffsetMs?: number
}

/** Where a person may go on when a peer is gone: everybody who is there, the asked peer first. */
export interface PeerUrl {
  readonly name: string
  /** An origin. */
  readonly url: string
  /** PEM of the peer's own authority, where it has one. */
  readonly authority?: string
}
