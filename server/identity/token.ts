// The session cookie's value: claims and a MAC over them. Signed, so that a peer which has not yet received the
// session's record can still tell a true session from an invented one; revocation is decided in sessions.ts.

import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { SessionId, UserId } from '#protocol/ids.ts'
import type { Dot } from '../records/records.ts'
import { sameBytes } from './keys.ts'

export interface SessionClaims {
  readonly sessionId: SessionId
  /** The dot of the session's creation: tells a deleted session from one that is not here yet. */
  readonly birthDot: Dot
  readonly userId: UserId
  /** Grows when all the user's sessions shall end. */
  readonly userEpoch: number
  /** Milliseconds since 1970. */
  readonly exp: number
}

export const claimsSchema = z.strictObject({
  sessionId: z.string(),
  birthDot: z.strictObject({ origin: z.string(), seq: z.number() }),
  userId: z.string(),
  userEpoch: z.number(),
  exp: z.number(),
})

/** Longer than any that we make (about 330); what is longer is not even hashed. */
const MAX_TOKEN_CHARS = 1024
const VERSION = 'v1'

export function signToken(claims: SessionClaims, key: Buffer): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${VERSION}.${payload}.${mac(payload, key).toString('base64url')}`
}

/** The claims, when the MAC is ours and they have not expired. */
export function readToken(token: string, key: Buffer, nowMs: number): SessionClaims | undefined {
  if (token.length > MAX_TOKEN_CHARS) return undefined
  const [version, payload, signature, ...rest] = token.split('.')
  if (version !== VERSION || !payload || !signature || rest.length > 0) return undefined
  // The MAC is checked before anything in the payload is parsed.
  if (!sameBytes(Buffer.from(signature, 'base64url'), mac(payload, key))) return undefined
  const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  if (!claims.success || claims.data.exp <= nowMs) return undefined
  return claims.data as SessionClaims
}

const mac = (payload: string, key: Buffer): Buffer =>
  createHmac('sha256', key).update(`${VERSION}.${payload}`).digest()
