// The key by which this space shows an SSH client that it is itself. Derived, so that nothing secret lies in the user's
// files and the key stays the same over restarts; the peer gives the seed with the configuration.

import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { AgentConfig } from '#protocol/report.ts'

/** PKCS#8 (RFC 8410) of an ed25519 private key is this and the 32 bytes of its seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const SEED_BYTES = 32
const TYPE = 'ssh-ed25519'

type Source = Pick<AgentConfig, 'hostKeySeed' | 'key' | 'spaceId'>

/** The private key as PEM (PKCS#8). */
export function hostKey(config: Source): string {
  return keyOf(config).export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** `ssh-ed25519 AAAA…`: what follows the host's name in a known_hosts file. */
export function hostPublicKey(config: Source): string {
  const { x = '' } = createPublicKey(keyOf(config)).export({ format: 'jwk' })
  const blob = Buffer.concat([field(Buffer.from(TYPE)), field(Buffer.from(x, 'base64url'))])
  return `${TYPE} ${blob.toString('base64')}`
}

function keyOf(config: Source): KeyObject {
  const key = Buffer.concat([PKCS8_HEAD, seedOf(config)])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

/** A peer of an older version gives no seed: then the key is that of this start of the space. */
function seedOf({ hostKeySeed, key, spaceId }: Source): Buffer {
  if (hostKeySeed !== undefined) return Buffer.from(hostKeySeed, 'hex')
  const info = `skein ssh host ${spaceId}`
  return Buffer.from(hkdfSync('sha256', Buffer.from(key, 'hex'), Buffer.alloc(0), info, SEED_BYTES))
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
