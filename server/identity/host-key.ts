// The SSH server's own key: one for the whole cluster, so that a client which knows it trusts every peer. It is made
// once, kept as a setting record, and leaves the peer towards its gateway only.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { SkeinError } from '#protocol/errors.ts'
import type { Records } from '../records/records.ts'
import { fingerprintOf } from './public-key.ts'
import { ensureSetting, type Makers } from './settings.ts'

export const HOST_KEY_SETTING = 'ssh-host-key'
const ALGORITHM = 'ssh-ed25519'
/** RFC 8032, 5.1.5. */
const SEED_BYTES = 32
/** PKCS #8 around an Ed25519 seed (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** What everybody may know of it. */
export interface PublicHostKey {
  readonly algorithm: string
  readonly fingerprint: string
  /** As in known_hosts, without the host. */
  readonly line: string
}

export interface HostKey {
  /** The private key, PKCS #8 in PEM. */
  readonly secret: string
  readonly shown: PublicHostKey
}

/** The cluster's host key; made and saved by the first who asks. Rejects with the codes of `transact`. */
export async function loadHostKey(records: Records, makers: Makers): Promise<HostKey> {
  const make = () => Buffer.from(makers.random(SEED_BYTES)).toString('hex')
  const held = await ensureSetting(records, HOST_KEY_SETTING, make, makers)
  const seed = Buffer.from(String(held), 'hex')
  if (seed.length !== SEED_BYTES) {
    const reason = `it does not hold ${SEED_BYTES} bytes in hexadecimal`
    throw new SkeinError('config_invalid', {
      key: HOST_KEY_SETTING,
      reason,
      source: 'the database',
    })
  }
  return hostKeyOf(seed)
}

export function hostKeyOf(seed: Buffer): HostKey {
  const der = Buffer.concat([PKCS8_PREFIX, seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  const blob = Buffer.concat([field(Buffer.from(ALGORITHM)), field(Buffer.from(x, 'base64url'))])
  const line = `${ALGORITHM} ${blob.toString('base64')}`
  const shown = { algorithm: ALGORITHM, fingerprint: fingerprintOf(blob), line }
  return { secret: key.export({ format: 'pem', type: 'pkcs8' }).toString(), shown }
}

/** A string as SSH writes it (RFC 4251, section 5). */
function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
