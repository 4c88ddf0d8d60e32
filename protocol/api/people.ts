// Set-up, sessions and people as the HTTP API shows and takes them.

import { z } from 'zod'
import { sshKeySchema, tokenSchema } from './access.ts'
import { refSchema, timeSchema } from './parts.ts'
import { quotaNames } from './quota-names.ts'
import type { Shown } from './shown.ts'

export const roles = ['administrator', 'member'] as const
export type Role = (typeof roles)[number]

/** The fewest characters of a password (NIST SP 800-63B rev. 4 asks for 15 without a second factor; 8 at least). */
export const MIN_PASSWORD_CHARS = 10
export const MAX_PASSWORD_CHARS = 256

/** A recovery code with spaces between its letters, and some to spare. */
const MAX_CODE_CHARS = 32

const password = z.string().max(MAX_PASSWORD_CHARS)

/** What a person's spaces may take together. A limit that is absent is none. */
export const quotaSchema = z
  .object({
    spaces: z.int().min(0).max(100_000).optional(),
    running: z.int().min(0).max(100_000).optional(),
    /** Cores of running spaces. */
    cpus: z.number().min(0).max(100_000).optional(),
    /** Of running spaces. */
    memoryBytes: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  })
  .meta({ id: 'Quota' })
export type Quota = z.infer<typeof quotaSchema>

/** Roles of one person or group, members that one request adds. */
export const MAX_GIVEN = 50

export const userSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    displayName: z.string(),
    role: z.enum(roles),
    disabled: z.boolean(),
    createdAt: timeSchema,
    /** Custom roles, not those of the person's groups. */
    roles: z.array(refSchema),
    groups: z.array(refSchema),
    hasSecondFactor: z.boolean(),
  })
  .meta({ id: 'User' })
export type User = Shown<typeof userSchema>

export const meSchema = z
  .object({
    user: userSchema,
    /** What the person may beyond what every member may. */
    permissions: z.array(z.string()),
    /** Groups that the person manages. */
    manages: z.array(refSchema),
    /** One of the two: what the request was signed in with. */
    sessionId: z.string().optional(),
    tokenId: z.string().optional(),
    /** When that ends; absent for a token without an end. */
    expiresAt: timeSchema.optional(),
    /** The peer that answered. */
    peer: z.object({ id: z.string(), name: z.string(), version: z.string() }),
  })
  .meta({ id: 'Me' })
export type Me = Shown<typeof meSchema>

/** Nobody signed in is an answer here, where `GET /me` refuses. */
export const sessionStateSchema = z.object({ me: meSchema.nullable() })
export type SessionState = Shown<typeof sessionStateSchema>

export const setupStateSchema = z.object({ needed: z.boolean() })
export type SetupState = Shown<typeof setupStateSchema>

export const setupSchema = z.strictObject({
  token: z.string().min(1).max(128),
  username: z.string().min(1).max(64),
  displayName: z.string().max(100).default(''),
  password,
  /** Keys of starter templates to make. */
  starters: z.array(z.string().max(64)).max(20).default([]),
})
export type Setup = z.input<typeof setupSchema>

export const loginSchema = z.strictObject({
  username: z.string().min(1).max(64),
  password,
  /** Of the second factor, where there is one: six digits, or a recovery code. */
  code: z.string().min(1).max(MAX_CODE_CHARS).optional(),
})
export type Login = z.input<typeof loginSchema>

export const createUserSchema = z.strictObject({
  id: z.uuid().optional(),
  username: z.string().min(1).max(64),
  displayName: z.string().max(100).default(''),
  role: z.enum(roles).default('member'),
  password,
})
export type CreateUser = z.input<typeof createUserSchema>

export const updateUserSchema = z.strictObject({
  displayName: z.string().max(100).optional(),
  role: z.enum(roles).optional(),
  disabled: z.boolean().optional(),
  password: password.optional(),
  /** Ids of custom roles, all of them. */
  roles: z.array(z.uuid()).max(MAX_GIVEN).optional(),
  /** The person's own limits, all of them. */
  quota: quotaSchema.strict().optional(),
})
export type UpdateUser = z.input<typeof updateUserSchema>

export const changePasswordSchema = z.strictObject({ current: password, next: password })

export const sessionSchema = z
  .object({
    id: z.string(),
    current: z.boolean(),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    address: z.string(),
    client: z.string(),
  })
  .meta({ id: 'Session' })
export type SessionInfo = Shown<typeof sessionSchema>

export const userDetailSchema = userSchema
  .extend({
    quota: quotaSchema,
    /** With what the person's groups give. */
    effectiveQuota: quotaSchema,
    used: z.record(z.enum(quotaNames), z.number()),
    permissions: z.array(z.string()),
    sessions: z.array(sessionSchema),
    tokens: z.array(tokenSchema),
    keys: z.array(sshKeySchema),
  })
  .meta({ id: 'UserDetail' })
export type UserDetail = Shown<typeof userDetailSchema>
