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
  readonly roundTripMs?: number
  /** Its wall clock minus the asked peer's. */
  readonly clockOffsetMs?: number
}
