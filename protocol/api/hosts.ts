// Docker engines as the HTTP API shows them.

import type { Ref } from './spaces.ts'

export interface Host {
  readonly id: string
  readonly name: string
  readonly state: 'ready' | 'unreachable'
  readonly reason?: string
  readonly engineVersion?: string
  readonly architecture?: string
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly zone?: string
  readonly labels: Readonly<Record<string, string>>
  /** How much is placed on it at most, where somebody has set an end. */
  readonly maxSpaces?: number
  readonly maxMemoryBytes?: number
  /** The peer that drives it, or did last. */
  readonly driver?: Ref
  readonly spaces: number
  /** What doctor would say, e.g. that live-restore is off. */
  readonly advice: readonly string[]
}

/** Where a new space would go now, and what speaks against each of the others. */
export interface PlacementPreview {
  /** Absent while no host can take it now. */
  readonly host?: Ref
  /** Half a sentence: why there, what it would wait for, or why nowhere. */
  readonly reason: string
  /** Whether it would be refused; otherwise it is placed, or waits for a host. */
  readonly isRefused: boolean
  readonly hosts: readonly {
    readonly id: string
    readonly name: string
    readonly zone?: string
    readonly isReady: boolean
    /** Why it cannot take the space, whether it is there or not. */
    readonly misfit?: string
    /** Images that it would have to pull. */
    readonly missing: readonly string[]
    /** With the space on it: near 0 when idle, 1 when its memory is promised or its cores are taken. */
    readonly load: number
  }[]
}
