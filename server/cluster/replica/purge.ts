// When a tombstone may go. Birth dots make absence mean deletion, so a tombstone only speeds things up; but whoever has
// heard of a deletion and forgotten the tombstone cannot tell it to one who lacks exactly that transaction. The floor
// says so: who asks for something at or below it compares everything instead.

import type { StoredTombstone } from '../../store/store.ts'
import type { Floor, Heard, Span } from './delta.ts'

/** Most peers are never away for so long, ms; those that are compare everything when they come back. */
export const TOMBSTONE_AGE_MS = 7 * 24 * 3_600_000

/** Only what was heard of in full: a birth that is still to come would otherwise bring the row back. */
export function isPurgeable(
  { birth, dots, atMs }: StoredTombstone,
  heard: Heard,
  nowMs: number,
  ageMs = TOMBSTONE_AGE_MS,
): boolean {
  return nowMs - atMs >= ageMs && heard.has(birth) && dots.every((dot) => heard.has(dot))
}

/** The floors that purging these raises: of each origin the last deletion. */
export function floorsOf(purged: Iterable<StoredTombstone>): Floor[] {
  const floors = new Map<string, number>()
  for (const { dots } of purged) {
    for (const { origin, seq } of dots) floors.set(origin, Math.max(seq, floors.get(origin) ?? 0))
  }
  return [...floors].map(([origin, seq]) => ({ origin, seq }))
}

/** Whether something of these transactions may have been purged. */
export function isBelowFloor(spans: readonly Span[], floors: readonly Floor[]): boolean {
  const seqs = new Map(floors.map(({ origin, seq }) => [origin, seq]))
  return spans.some(({ origin, low }) => low <= (seqs.get(origin) ?? 0))
}
