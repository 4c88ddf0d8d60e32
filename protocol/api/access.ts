// SSH keys and API tokens of one's own account, as the HTTP API shows and takes them. Times are ISO 8601 in UTC.

import { z } from 'zod'
import { MAX_CREDENTIAL_NAME_CHARS, MAX_KEY_LINE_CHARS } from './credential-limits.ts'
import { timeSchema } from './parts.ts'
import type { Shown } from './shown.ts'
import { tokenScopes } from './token-scopes.ts'

/** Ten years; a token that shall live longer says so by having no end. */
export const MAX_TOKEN_DAYS = 3660

export const sshKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    /** As the key's line names it, e.g. `ssh-ed25519`. */
    algorithm: z.string(),
    /** `SHA256:…`, as `ssh-keygen -l` prints it. */
    fingerprint: z.string(),
    createdAt: timeSchema,
    /** To the hour; absent until it was used. */
    lastUsedAt: timeSchema.optional(),
  })
  .meta({ id: 'SshKey' })
export type SshKey = Shown<typeof sshKeySchema>

export const addKeySchema = z.strictObject({
  /** UUIDv7 made by the client, so that a retry is harmless. */
  id: z.uuid().optional(),
  /** One line of an OpenSSH public key file. */
  line: z.string().min(1).max(MAX_KEY_LINE_CHARS),
  /** Else the line's comment. */
  name: z.string().max(MAX_CREDENTIAL_NAME_CHARS).optional(),
})
export type AddKey = z.input<typeof addKeySchema>

const MAX_SCOPES = tokenScopes.length

export const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(tokenScopes)),
    createdAt: timeSchema,
    /** Absent: it has no end. */
    expiresAt: timeSchema.optional(),
    /** To the hour; absent until it was used. */
    lastUsedAt: timeSchema.optional(),
    /** Whether this very token asked. */
    current: z.boolean(),
  })
  .meta({ id: 'Token' })
export type Token = Shown<typeof tokenSchema>

export const createTokenSchema = z.strictObject({
  name: z.string().trim().min(1).max(MAX_CREDENTIAL_NAME_CHARS),
  scopes: z.array(z.enum(tokenScopes)).min(1).max(MAX_SCOPES).default(['all']),
  /** Absent: it has no end. */
  expiresInDays: z.int().min(1).max(MAX_TOKEN_DAYS).optional(),
})
export type CreateToken = z.input<typeof createTokenSchema>

/** The only answer that ever holds the secret: `Authorization: Bearer <secret>`. */
export const newTokenSchema = z.object({ token: tokenSchema, secret: z.string() })
export type NewToken = Shown<typeof newTokenSchema>
