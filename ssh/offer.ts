// Which algorithms are offered. AES-GCM first: it is the fastest here and needs no strict key exchange. No SHA-1, no
// CBC, no finite-field groups: those also cost this process milliseconds for each packet that asks for them.

import type { Negotiated } from 'ssh2/lib/protocol/Protocol.js'
import { HYBRID } from './hybrid.ts'

const KEY_EXCHANGES = [
  HYBRID,
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
]
/** The others run in JavaScript without ssh2's addon (no-addon.ts), at a tenth of the speed and at everybody's cost. */
const CIPHERS = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com']
const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
]

/** What a user's key may sign with (RFC 8308, 3.1). Written by us because ssh2 lacks a comma in its own list. */
export const SIGNATURE_ALGORITHMS = [
  'ssh-ed25519',
  'sk-ssh-ed25519@openssh.com',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

export function offerOf(serverHostKey: readonly string[]) {
  // No compression: a packet of 32 kB could stand for 32 MB.
  const direction = { cipher: CIPHERS, mac: MACS, compress: ['none'], lang: [] }
  return { kex: [...KEY_EXCHANGES], serverHostKey, cs: direction, sc: direction }
}

/** Says to clients that we know the strict key exchange. */
export const STRICT_SERVER = 'kex-strict-s-v00@openssh.com'

/** Terrapin (CVE-2023-48795): these ciphers and MACs let packets be dropped from the start unless strict. */
export function needsStrict({ cs, sc }: Negotiated): boolean {
  return [cs, sc].some(({ cipher, mac }) => cipher.startsWith('chacha20') || mac.includes('-etm@'))
}
