// Who holds a name that several have claimed while they did not know of each other: the earliest, everywhere (what is
// established stays; the opposite of values, where the later write stays). The others are displaced. Their claims stay
// until they are released by those who hold them: as long as both are there, every replica sees the same two and picks
// the same one, whatever it heard first.

import type { Version } from '../../records/records.ts'
import { CLAIM_KIND, type StoredClaim } from '../../store/store.ts'
import type { Known } from './delta.ts'
import { elementKey } from './element.ts'

/** Below 0 when `a` goes before `b`: by clock, origin and sequence number. */
export function compareClaims(a: StoredClaim, b: StoredClaim): number {
  return earlier(a.version, b.version)
}

/** The claim that holds the name; nothing when nobody claims it. */
export function holding(claims: Iterable<StoredClaim>): StoredClaim | undefined {
  let first: StoredClaim | undefined
  for (const claim of claims) {
    if (!first || compareClaims(claim, first) < 0) first = claim
  }
  return first
}

/**
 * Claims that do not hold their name once `incoming` stands beside what is known and `gone` (keys of elements) is
 * away. Who has claimed a name twice (a request that was repeated elsewhere) is not displaced by itself.
 */
export function displacedBy(
  known: Known,
  incoming: readonly StoredClaim[],
  gone: ReadonlySet<string>,
): StoredClaim[] {
  const names = new Set(incoming.map(({ claim }) => claim))
  return [...names].flatMap((name) => {
    const all = new Map<string, StoredClaim>()
    for (const claim of [...known.claims(name), ...incoming.filter((one) => one.claim === name)]) {
      const key = elementKey(CLAIM_KIND, name, claim.birth)
      if (!gone.has(key)) all.set(key, claim)
    }
    const holder = holding(all.values())
    return [...all.values()].filter((claim) => claim.holder !== holder?.holder)
  })
}

function earlier(a: Version, b: Version): number {
  if (a.hlc !== b.hlc) return a.hlc < b.hlc ? -1 : 1
  if (a.origin !== b.origin) return a.origin < b.origin ? -1 : 1
  return a.seq - b.seq
}
