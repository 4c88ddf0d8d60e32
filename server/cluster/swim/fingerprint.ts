// One short number for a whole view, so that two peers see in every ping whether they believe the same. The exclusive
// or of a hash for each claim: kept up to date with each change, whatever the order.

import type { Claim } from './claim.ts'

export interface Fingerprint {
  readonly low: number
  readonly high: number
}

export const emptyFingerprint: Fingerprint = { low: 0, high: 0 }

export const toggled = (view: Fingerprint, claim: Claim): Fingerprint => {
  const { low, high } = fingerprintOf(claim)
  return { low: (view.low ^ low) >>> 0, high: (view.high ^ high) >>> 0 }
}

export const isSameView = (a: Fingerprint, b: Fingerprint): boolean =>
  a.low === b.low && a.high === b.high

/** Two MurmurHash3-style rounds over the text, with different seeds: 64 bits, not for secrets. */
function fingerprintOf({ id, boot, incarnation, state }: Claim): Fingerprint {
  const text = `${id}:${boot}:${incarnation}:${state}`
  return { low: hash(text, 0x9747b28c), high: hash(text, 0x85ebca6b) }
}

function hash(text: string, seed: number): number {
  let h = seed
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0xcc9e2d51)
    h = (h << 13) | (h >>> 19)
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
