// What a new peer needs to join, as one line to copy: where the others are, which cluster it is, and its secret. Whoever
// has it can be a peer, so it is shown to administrators only and never logged.

import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { CLUSTER_KEY_BYTES } from './seal/keyring.ts'
import { MAX_ADDRESS_CHARS } from './swim/limits.ts'

const PREFIX = 'skein1.'
/** Enough for a token with sixteen long addresses. */
const MAX_TOKEN_CHARS = 8192
const MAX_ADDRESSES = 16

export interface JoinToken {
  readonly cluster: string
  /** 32 bytes. */
  readonly secret: Buffer
  /** `host:port` of peers. */
  readonly addresses: readonly string[]
}

const bodySchema = z.object({
  c: z.string().min(1).max(64),
  k: z.string().regex(/^[0-9a-f]{64}$/),
  a: z
    .array(
      z
        .string()
        .regex(/^\S+:\d{1,5}$/)
        .max(MAX_ADDRESS_CHARS),
    )
    .min(1)
    .max(MAX_ADDRESSES),
})

export function formatJoinToken({ cluster, secret, addresses }: JoinToken): string {
  const body = { c: cluster, k: secret.toString('hex'), a: addresses.slice(0, MAX_ADDRESSES) }
  return PREFIX + Buffer.from(JSON.stringify(body)).toString('base64url')
}

/** Throws `config_invalid` for what `skein peers token` does not print. */
export function parseJoinToken(text: string): JoinToken {
  const token = text.trim()
  try {
    if (!token.startsWith(PREFIX) || token.length > MAX_TOKEN_CHARS) throw new Error('form')
    const json: unknown = JSON.parse(
      Buffer.from(token.slice(PREFIX.length), 'base64url').toString(),
    )
    const { c: cluster, k, a: addresses } = bodySchema.parse(json)
    const secret = Buffer.from(k, 'hex')
    if (secret.length !== CLUSTER_KEY_BYTES) throw new Error('length')
    return { cluster, secret, addresses }
  } catch (cause) {
    const reason = 'it is not a token as `skein peers token` prints it, or not all of it'
    throw new SkeinError('config_invalid', { key: 'join', reason, source: '--join' }, cause)
  }
}
