// An RSA key of 4096 bits that need not be sought: its primes are those of RFC 2409 and RFC 3526. To find two others takes
// ssh-keygen up to ten seconds of a processor, and whoever reads a signature sees no difference.

import { createDiffieHellmanGroup, createPrivateKey } from 'node:crypto'

const EXPONENT = 65_537n

const primeOf = (group: string) =>
  BigInt(`0x${createDiffieHellmanGroup(group).getPrime().toString('hex')}`)

/** What times `value` is 1. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next, factor, nextFactor] = [modulus, value % modulus, 0n, 1n]
  while (next !== 0n) {
    const times = rest / next
    const after = [next, rest - times * next, nextFactor, factor - times * nextFactor] as const
    ;[rest, next, factor, nextFactor] = after
  }
  return ((factor % modulus) + modulus) % modulus
}

function base64Of(value: bigint): string {
  const digits = value.toString(16)
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').toString(
    'base64url',
  )
}

/** As ssh reads it from a file. */
export function knownRsaKey(): string {
  const p = primeOf('modp15')
  const q = primeOf('modp2')
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n))
  const parts = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n) }
  const numbers = Object.entries({ ...parts, qi: inverse(q, p) })
  const jwk = Object.fromEntries(numbers.map(([name, value]) => [name, base64Of(value)]))
  const key = createPrivateKey({ format: 'jwk', key: { kty: 'RSA', ...jwk } })
  return key.export({ type: 'pkcs1', format: 'pem' }).toString()
}
