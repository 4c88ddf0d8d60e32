// What another's stamps do to one's own clock. A write that was made after reading another's is stamped later than that,
// whatever the wall clocks say; so the hybrid clock takes in what it sees (Kulkarni et al., OPODIS 2014). But one clock
// that is a day ahead must not carry all others with it: what lies too far ahead is kept aside and never taken in.

import { hlcMs, tick } from '../../records/hlc.ts'
import type { Version } from '../../records/records.ts'

/** The most that a stamp may be ahead of our wall clock, ms. NTP holds milliseconds; a forgotten clock is off by more. */
export const MAX_AHEAD_MS = 60_000

/** Off by so much a peer does not write any more, ms: what it stamps would be put aside by the others. */
export const MAX_OFFSET_MS = MAX_AHEAD_MS

/**
 * Whether a value is kept and passed on, but not shown until its time has come. Writing over such a value takes the next
 * epoch, so that what people write is seen.
 */
export function isFarAhead(version: Version, nowMs: number): boolean {
  return hlcMs(version.hlc) > nowMs + MAX_AHEAD_MS
}

/** One's own clock after seeing another's stamp. */
export function absorb(hlc: bigint, seen: Version, nowMs: number): bigint {
  return seen.hlc > hlc && !isFarAhead(seen, nowMs) ? seen.hlc : hlc
}

/**
 * One's own clock as the next write goes on from it. It began anew when it was so far ahead of the wall clock that others
 * would hold back what it stamps: somebody has put that clock right. A write over a value of before takes the next epoch.
 */
export function goingOn(hlc: bigint, nowMs: number): bigint {
  return hlcMs(hlc) > nowMs + MAX_AHEAD_MS ? 0n : hlc
}

/**
 * The clock value of a write over these. They are looked at again: a value that lay too far ahead when it came, and was
 * not taken in, may have come near since; a write that did not reckon with it would be older than what it replaces.
 */
export function tickOver(hlc: bigint, held: Iterable<Version>, nowMs: number): bigint {
  let last = goingOn(hlc, nowMs)
  for (const version of held) last = absorb(last, version, nowMs)
  return tick(last, nowMs)
}

/** The epoch under which a group is written over: the next one when what is there lies too far ahead. */
export function epochOver(held: Version | undefined, nowMs: number): number {
  if (!held) return 0
  return isFarAhead(held, nowMs) ? held.epoch + 1 : held.epoch
}
