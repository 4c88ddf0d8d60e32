// Removes entries that are too old, so many at once that nobody waits for it.

import type { DatabaseSync } from 'node:sqlite'
import type { Sweep } from '../store.ts'

const BY_AGE = `DELETE FROM entry WHERE position IN
  (SELECT position FROM entry WHERE stream = :stream AND at_ms < :beforeMs LIMIT :limit)`

const BY_PLACE = `DELETE FROM entry WHERE position IN
  (SELECT position FROM entry WHERE stream = :stream AND origin = :origin
    AND (seq, place) <= (:seq, :index) ORDER BY seq, place LIMIT :limit)`

/** Answers how many went. */
export function sweepEntries(file: DatabaseSync, cut: Sweep): number {
  const { stream, limit } = cut
  if ('beforeMs' in cut) {
    const { beforeMs } = cut
    return Number(file.prepare(BY_AGE).run({ stream, beforeMs, limit }).changes)
  }
  const { origin, upTo } = cut
  return Number(file.prepare(BY_PLACE).run({ stream, origin, ...upTo, limit }).changes)
}
