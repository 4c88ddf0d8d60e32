// Whether one write of a group knew of another. Stamps cannot tell: the later of two may have been made on the far side
// of a split. So each group carries the latest write of each other origin that had gone into it, mostly none or one.

import type { Dot } from '../../records/records.ts'
import type { StoredGroup } from '../../store/store.ts'

/**
 * Whether the writer of `later` had seen `earlier`. A database writes one after the other, so its own writes it has seen.
 * Where it is not known it is taken for granted: nothing is mended or reported by guess.
 */
export function knewOf(later: StoredGroup, earlier: StoredGroup): boolean {
  const { origin, seq } = earlier.version
  if (later.version.origin === origin) return later.version.seq >= seq
  if (!later.past) return true
  return later.past.some((dot) => dot.origin === origin && dot.seq >= seq)
}

/**
 * Whether the writer of `later` had also seen what `earlier` had won over meanwhile. It may have seen `earlier` before that:
 * then what was taken away by the one that lost is in no other value any more than `earlier`.
 */
export function knewAllOf(later: StoredGroup, earlier: StoredGroup): boolean {
  const { origin, seq } = later.version
  if (!later.past) return true
  const seen = new Map(later.past.map((dot) => [dot.origin, dot.seq])).set(origin, seq)
  const others = earlier.past ?? []
  return knewOf(later, earlier) && others.every((dot) => (seen.get(dot.origin) ?? 0) >= dot.seq)
}

/** The past of a write by `origin` upon these values: those that it replaces. */
export function pastOf(origin: string, ...replaced: readonly StoredGroup[]): readonly Dot[] {
  const latest = new Map<string, number>()
  const see = ({ origin: from, seq }: Dot) => {
    if (from !== origin) latest.set(from, Math.max(latest.get(from) ?? 0, seq))
  }
  for (const { version, past } of replaced) {
    see(version)
    past?.forEach(see)
  }
  return [...latest]
    .map(([from, seq]) => ({ origin: from, seq }))
    .toSorted((a, b) => (a.origin < b.origin ? -1 : 1))
}
