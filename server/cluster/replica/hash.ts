// Short names for long things: 64 bits from text, quick and the same everywhere. Against chance, not against malice:
// who may send records may as well send wrong ones.

export interface Hash {
  readonly low: number
  readonly high: number
}

export const NO_HASH: Hash = { low: 0, high: 0 }

export function hashOf(text: string): Hash {
  return { low: half(text, 0x9747b28c), high: half(text, 0x85ebca6b) }
}

export const isSameHash = (a: Hash, b: Hash): boolean => a.low === b.low && a.high === b.high

/** Sums do not depend on the order of what is summed, and what was added can be taken away again. */
export const sum = (a: Hash, b: Hash): Hash => ({
  low: (a.low + b.low) >>> 0,
  high: (a.high + b.high) >>> 0,
})

export const difference = (a: Hash, b: Hash): Hash => ({
  low: (a.low - b.low) >>> 0,
  high: (a.high - b.high) >>> 0,
})

/** The rounds of MurmurHash3 (Appleby), a character at a time. */
function half(text: string, seed: number): number {
  let h = seed
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51)
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
    h ^= k
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
  }
  h ^= text.length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
