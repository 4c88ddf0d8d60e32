// Which of two writes is certainly the later one. Three things tell: stamps, where peers say them; one peer's order, since
// a peer stamps a write later than everything that it has shown; and time, as far as clocks agree.

import { compareVersions } from '../../../server/records/version.ts'
import type { Operation } from './operation.ts'

/** One operation that writes a group, or a name. */
export interface Write {
  readonly by: Operation
  readonly value: string
}

/** By peer, the moment from which on it is known to have had a write, ms. */
export type Sights = ReadonlyMap<string, number>

/** Without an answer nobody knows when, or whether, it was done: also long after the client gave up. */
export const doneBy = ({ outcome, endMs }: Operation): number =>
  outcome === 'ok' ? endMs : Infinity

/** Whether `later` was certainly stamped after `earlier`, for which `later` must have been acknowledged. */
export function isBefore(
  earlier: Write,
  later: Write,
  sights: Sights,
  skewMs: number | undefined,
): boolean {
  const [a, b] = [earlier.by, later.by]
  if (a === b || b.outcome !== 'ok') return false
  if (a.version && b.version) return compareVersions(a.version, b.version) < 0
  const doneMs = doneBy(a)
  if (skewMs !== undefined && doneMs + skewMs < b.startMs) return true
  if (a.peer === b.peer && doneMs < b.startMs) return true
  // One that was sent again may have been done again after it was seen.
  if ((a.attempts ?? 1) > 1 && !(doneMs < b.startMs)) return false
  return (sights.get(b.peer) ?? Infinity) < b.startMs
}
