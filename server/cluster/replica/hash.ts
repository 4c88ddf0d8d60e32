// Short names for long things: 64 bits from text, quick and the same everywhere. Against chance, not against malice:
// who may send records may as well send wrong ones.

export interface Hash {
  readonly low: number
  readonly high: number
}

export const NO_HASH: Hash = { low: 0, high: 0 }

const LOW_SEED = 0x9747b28c
const HIGH_SEED = 0x85ebca6b

/** Both halves in one pass: a start takes a hundred thousand of them. */
export function hashOf(text: string): Hash {
  let low = LOW_SEED
  let high = HIGH_SEED
  for (let i = 0; i < text.length; i++) {
    const mixed = mix(text.charCodeAt(i))
    low = take(low, mixed)
    high = take(high, mixed)
  }
  return { low: finish(low, text.length), high: finish(high, text.length) }
}

/** The lower half alone. */
export function lowHashOf(text: string): number {
  let low = LOW_SEED
  for (let i = 0; i < text.length; i++) low = take(low, mix(text.charCodeAt(i)))
  return finish(low, text.length)
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
function mix(code: number): number {
  const k = Math.imul(code, 0xcc9e2d51)
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593)
}

function take(hash: number, mixed: number): number {
  const h = hash ^ mixed
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number, length: number): number {
  let h = hash ^ length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
