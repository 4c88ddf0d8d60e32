// Set-up, sessions and people as the HTTP API shows and takes them.

import { z } from 'zod'

export const roles = ['administrator', 'member'] as const
export type Role = (typeof roles)[number]

/** The fewest characters of a password (NIST SP 800-63B rev. 4 asks for 15 without a second factor; 8 at least). */
export const MIN_PASSWORD_CHARS = 10
export const MAX_PASSWORD_CHARS = 256

const password = z.string().max(MAX_PASSWORD_CHARS)

export interface User {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly role: Role
  readonly disabled: boolean
  readonly createdAt: string
}

export interface Me {
  readonly user: User
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

export const loginSchema = z.strictObject({ username: z.string().min(1).max(64), password })
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

export interface AuditEvent {
  readonly id: string
  readonly at: string
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string }
  readonly action: string
  readonly target?: { readonly kind: string; readonly id: string; readonly name: string }
  readonly address?: string
  readonly detail?: Readonly<Record<string, unknown>>
}
