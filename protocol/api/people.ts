// Set-up, sessions and people as the HTTP API shows and takes them.

import { z } from 'zod'
import type { SshKey, Token } from './access.ts'
import type { QuotaName } from './quota-names.ts'

export const roles = ['administrator', 'member'] as const
export type Role = (typeof roles)[number]

/** The fewest characters of a password (NIST SP 800-63B rev. 4 asks for 15 without a second factor; 8 at least). */
export const MIN_PASSWORD_CHARS = 10
export const MAX_PASSWORD_CHARS = 256

/** A recovery code with spaces between its letters, and some to spare. */
const MAX_CODE_CHARS = 32

const password = z.string().max(MAX_PASSWORD_CHARS)

/** What a person's spaces may take together. A limit that is absent is none. */
export const quotaSchema = z.object({
  spaces: z.int().min(0).max(100_000).optional(),
  running: z.int().min(0).max(100_000).optional(),
  /** Cores of running spaces. */
  cpus: z.number().min(0).max(100_000).optional(),
  /** Of running spaces. */
  memoryBytes: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
})
export type Quota = z.infer<typeof quotaSchema>

/** Roles of one person or group, members that one request adds. */
export const MAX_GIVEN = 50

export interface User {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly role: Role
  readonly disabled: boolean
  readonly createdAt: string
  /** Custom roles, not those of the person's groups. */
  readonly roles: readonly Ref[]
  readonly groups: readonly Ref[]
  readonly hasSecondFactor: boolean
}

interface Ref {
  readonly id: string
  readonly name: string
}

export interface Me {
  readonly user: User
  /** What the person may beyond what every member may. */
  readonly permissions: readonly string[]
  /** Groups that the person manages. */
  readonly manages: readonly Ref[]
  /** One of the two: what the request was signed in with. */
  readonly sessionId?: string
  readonly tokenId?: string
  /** When that ends; absent for a token without an end. */
  readonly expiresAt?: string
  /** The peer that answered. */
  readonly peer: { readonly id: string; readonly name: string; readonly version: string }
}

/** Nobody signed in is an answer here, where `GET /me` refuses. */
export interface SessionState {
  readonly me: Me | null
}

export interface SetupState {
  readonly needed: boolean
}

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

export interface SessionInfo {
  readonly id: string
  readonly current: boolean
  readonly createdAt: string
  readonly expiresAt: string
  readonly address: string
  readonly client: string
}

export interface UserDetail extends User {
  readonly quota: Quota
  /** With what the person's groups give. */
  readonly effectiveQuota: Quota
  readonly used: Readonly<Record<QuotaName, number>>
  readonly permissions: readonly string[]
  readonly sessions: readonly SessionInfo[]
  readonly tokens: readonly Token[]
  readonly keys: readonly SshKey[]
}

const name = z.string().min(1).max(64)
const description = z.string().max(1000)

export interface Group {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly members: readonly Ref[]
  /** Members who say who is in it. */
  readonly managers: readonly Ref[]
  readonly roles: readonly Ref[]
  readonly quota: Quota
  readonly createdAt: string
}

/** For whoever manages it: what its members' spaces take, and may. */
export interface GroupDetail extends Group {
  readonly people: readonly (Ref & Pick<UserDetail, 'effectiveQuota' | 'used'>)[]
}

export const createGroupSchema = z.strictObject({
  id: z.uuid().optional(),
  name,
  description: description.default(''),
})
export type CreateGroup = z.input<typeof createGroupSchema>

export const updateGroupSchema = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  /** User names. */
  add: z.array(name).max(MAX_GIVEN).default([]),
  remove: z.array(name).max(MAX_GIVEN).default([]),
  /** User names of members. */
  addManagers: z.array(name).max(MAX_GIVEN).default([]),
  removeManagers: z.array(name).max(MAX_GIVEN).default([]),
  /** Ids of custom roles, all of them. */
  roles: z.array(z.uuid()).max(MAX_GIVEN).optional(),
  quota: quotaSchema.strict().optional(),
})
export type UpdateGroup = z.input<typeof updateGroupSchema>

/** User names. */
export const groupPeopleSchema = z.strictObject({
  add: z.array(name).max(MAX_GIVEN).default([]),
  remove: z.array(name).max(MAX_GIVEN).default([]),
})
export type GroupPeople = z.input<typeof groupPeopleSchema>

export interface CustomRole {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly permissions: readonly string[]
  readonly createdAt: string
}

export const createRoleSchema = z.strictObject({
  id: z.uuid().optional(),
  name,
  description: description.default(''),
  permissions: z.array(z.string().max(64)).max(100).default([]),
})
export type CreateRole = z.input<typeof createRoleSchema>

export const updateRoleSchema = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  permissions: z.array(z.string().max(64)).max(100).optional(),
})
export type UpdateRole = z.input<typeof updateRoleSchema>
