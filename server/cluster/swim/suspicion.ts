// How long a doubt lasts. It begins long and shortens as others come to the same doubt by themselves (Lifeguard,
// section IV-B): many who hear nothing are soon believed, one who hears nothing is probably deaf.

import type { PeerId } from '#protocol/ids.ts'
import { CONFIRMATIONS, SUSPICION_MAX_MS, SUSPICION_MIN_MS } from './limits.ts'

export interface Suspicion {
  readonly sinceMs: number
  /** Who shares it, this peer among them where it does. */
  readonly by: ReadonlySet<PeerId>
}

/** One more who shares it; the same object where nothing changes. */
export function confirmed(suspicion: Suspicion, by: PeerId): Suspicion {
  if (suspicion.by.has(by)) return suspicion
  return { ...suspicion, by: new Set([...suspicion.by, by]) }
}

/** How many are waited for to share a doubt, where so many `others` could. */
export const possibleConfirmations = (others: number): number => Math.min(CONFIRMATIONS, others)

/**
 * max − (max − min) · ln(C + 1) / ln(K + 1), not below min: Lifeguard's formula, where C of K possible others share the
 * doubt. Without any others it is as short as it gets, since nobody will ever confirm it.
 */
export function suspicionMs(confirmations: number, possible: number): number {
  if (possible <= 0) return SUSPICION_MIN_MS
  const share = Math.log(confirmations + 1) / Math.log(possible + 1)
  const ms = SUSPICION_MAX_MS - (SUSPICION_MAX_MS - SUSPICION_MIN_MS) * share
  return Math.max(SUSPICION_MIN_MS, ms)
}
