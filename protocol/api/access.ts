// SSH keys and API tokens of one's own account, as the HTTP API shows and takes them. Times are ISO 8601 in UTC.

import { z } from 'zod'

/** Longer than any line that is taken: an RSA key of 8192 bits has 1,400 characters, a comment as many again. */
export const MAX_KEY_LINE_CHARS = 16_384
/** What a person calls a key or a token. */
export const MAX_CREDENTIAL_NAME_CHARS = 100
/** Ten years; a token that shall live longer says so by having no end. */
export const MAX_TOKEN_DAYS = 3660

export interface SshKey {
  readonly id: string
  readonly name: string
  /** As the key's line names it, e.g. `ssh-ed25519`. */
  readonly algorithm: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  readonly createdAt: string
  /** To the hour; absent until it was used. */
  readonly lastUsedAt?: string
}

export const addKeySchema = z.strictObject({
  /** UUIDv7 made by the client, so that a retry is harmless. */
  id: z.uuid().optional(),
  /** One line of an OpenSSH public key file. */
  line: z.string().min(1).max(MAX_KEY_LINE_CHARS),
  /** Else the line's comment. */
  name: z.string().max(MAX_CREDENTIAL_NAME_CHARS).optional(),
})
export type AddKey = z.input<typeof addKeySchema>

/**
 * What a token may do of what its owner may. `all`: everything but what would make it permanent. `read`: see lists and
 * facts, no contents. `run`: that of spaces, and start and stop them. `enter`: go into spaces. `spaces`: both, and make,
 * change, share and delete them. `audit`: read the audit.
 */
export const tokenScopes = ['all', 'read', 'run', 'enter', 'spaces', 'audit'] as const
const MAX_SCOPES = tokenScopes.length
export type TokenScope = (typeof tokenScopes)[number]

export interface Token {
  readonly id: string
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly createdAt: string
  /** Absent: it has no end. */
  readonly expiresAt?: string
  /** To the hour; absent until it was used. */
  readonly lastUsedAt?: string
  /** Whether this very token asked. */
  readonly current: boolean
}

export const createTokenSchema = z.strictObject({
  name: z.string().trim().min(1).max(MAX_CREDENTIAL_NAME_CHARS),
  scopes: z.array(z.enum(tokenScopes)).min(1).max(MAX_SCOPES).default(['all']),
  /** Absent: it has no end. */
  expiresInDays: z.int().min(1).max(MAX_TOKEN_DAYS).optional(),
})
export type CreateToken = z.input<typeof createTokenSchema>

/** The only answer that ever holds the secret: `Authorization: Bearer <secret>`. */
export interface NewToken {
  readonly token: Token
  readonly secret: string
}
