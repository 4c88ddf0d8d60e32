// What happened when, and how long whoever was typing waited for it. Pure but for the clock.

import type { Echo } from './judge.ts'

export interface Event {
  readonly name: string
  /** What it is held to: typing again within that many ms; nothing where nothing is promised. */
  readonly withinMs?: number
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The longest that somebody waited for a line while it lasted, ms: from when the line was typed, or from the event for
 * one that was on its way. Without end for one that still waits.
 */
export function longestWait({ echoes, waitingSinceMs }: Waits, { fromMs, toMs }: Event): number {
  if (waitingSinceMs !== undefined && waitingSinceMs <= toMs) return Number.POSITIVE_INFINITY
  let longest = 0
  for (const { typedMs, echoedMs } of echoes) {
    if (echoedMs < fromMs || typedMs > toMs) continue
    longest = Math.max(longest, echoedMs - Math.max(typedMs, fromMs))
  }
  return longest
}

export interface Waits {
  readonly echoes: readonly Echo[]
  /** When the first line was typed that was not repeated yet. */
  readonly waitingSinceMs: number | undefined
}

/** The value below which so large a share lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
