// A first password that can be read out over the telephone: four groups of four, 78 bits. Pure but for its dice.

/** No 0, 1, i, l, o or u: 30 letters and digits that nobody mistakes for one another. */
const LETTERS = 'abcdefghjkmnpqrstvwxyz23456789'
const GROUPS = 4
const GROUP_CHARS = 4

/** `random` gives whole numbers below its argument. */
export function firstPassword(random: (below: number) => number): string {
  const group = () =>
    Array.from({ length: GROUP_CHARS }, () => LETTERS[random(LETTERS.length)] ?? '').join('')
  return Array.from({ length: GROUPS }, group).join('-')
}

/** Fair, from the platform's random source: bytes past the last whole multiple are thrown again. */
export function randomBelow(below: number): number {
  const limit = 256 - (256 % below)
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1))
    if (byte < limit) return byte % below
  }
}
