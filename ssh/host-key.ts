// The server's own keys: made, read, and shown as a known_hosts file has them.

import './no-addon.ts'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import keys from 'ssh2/lib/protocol/keyParser.js'
import type { HostKey } from 'ssh2/lib/protocol/Protocol.js'
import { SkeinError } from '#protocol/errors.ts'
import { blob } from './packet.ts'

/** Text of a private key: OpenSSH's own format, or PKCS#8 for ed25519. */
export type HostKeyText = string

const RSA_SIGNATURES = ['rsa-sha2-512', 'rsa-sha2-256']

/** A fresh ed25519 key, PKCS#8. Not ssh2's: of its keys one in 250 cannot be read, by itself least of all. */
export function newHostKey(): HostKeyText {
  const { privateKey } = generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** `ssh-ed25519 AAAA…`: what follows the host's name in a known_hosts file. */
export function hostPublicKey(text: HostKeyText): string {
  const key = parseHostKey(text)
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

/** By signature algorithm, ed25519 first. Throws `bad_request` for what is no private key. */
export function hostKeysByAlgorithm(texts: readonly HostKeyText[]): Record<string, HostKey> {
  const parsed = texts.map(parseHostKey)
  const sorted = parsed.toSorted((a, b) => rank(a) - rank(b))
  const entries = sorted.flatMap((key) =>
    (key.type === 'ssh-rsa' ? RSA_SIGNATURES : [key.type]).map((name) => [name, key] as const),
  )
  return Object.fromEntries(entries)
}

const rank = ({ type }: HostKey): number => (type === 'ssh-ed25519' ? 0 : 1)

function parseHostKey(text: HostKeyText): HostKey {
  if (text.includes('BEGIN PRIVATE KEY')) return fromPkcs8(text)
  const parsed = keys.parseKey(text)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined || key instanceof Error) {
    throw new SkeinError('bad_request', { reason: 'the host key cannot be read' })
  }
  return key
}

/** ssh2 cannot read ed25519 keys in the form that Node writes. */
function fromPkcs8(text: string): HostKey {
  const key = createPrivateKey(text)
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new SkeinError('bad_request', { reason: 'the host key is not an ed25519 key' })
  }
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  const type = 'ssh-ed25519'
  return {
    type,
    getPublicSSH: () => blob(type, Buffer.from(x, 'base64url')),
    sign: (data) => sign(null, data, key),
  }
}
