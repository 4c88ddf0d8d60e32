// One-time links: invitations and password resets, as the HTTP API shows and takes them.

import { z } from 'zod'
import { MAX_GIVEN, MAX_PASSWORD_CHARS, type Role, roles } from './people.ts'

/** A month; a link that nobody used by then is asked for anew. */
export const MAX_INVITATION_HOURS = 30 * 24
export const USUAL_INVITATION_HOURS = 72

interface Ref {
  readonly id: string
  readonly name: string
}

export type Purpose = 'invitation' | 'reset'

export interface Invitation {
  readonly id: string
  readonly purpose: Purpose
  readonly createdAt: string
  readonly expiresAt: string
  readonly createdBy: Ref
  /** Suggested, or whose password it resets. */
  readonly username?: string
  readonly role: Role
  readonly roles: readonly Ref[]
  readonly groups: readonly Ref[]
}

export const createInvitationSchema = z.strictObject({
  username: z.string().max(64).optional(),
  role: z.enum(roles).default('member'),
  /** Ids. */
  roles: z.array(z.uuid()).max(MAX_GIVEN).default([]),
  groups: z.array(z.uuid()).max(MAX_GIVEN).default([]),
  expiresInHours: z.int().min(1).max(MAX_INVITATION_HOURS).default(USUAL_INVITATION_HOURS),
})
export type CreateInvitation = z.input<typeof createInvitationSchema>

/** The only answer that ever holds the token: the link is `/invitation#token=<token>`. */
export interface NewInvitation {
  readonly invitation: Invitation
  readonly token: string
}

const token = z.string().min(1).max(128)

/** In the body, so that it stands in no address and no log. */
export const openInvitationSchema = z.strictObject({ token })

/** What whoever has the link is told. */
export interface OpenedInvitation {
  readonly purpose: Purpose
  readonly username?: string
  readonly invitedBy: string
  readonly expiresAt: string
}

export const acceptInvitationSchema = z.strictObject({
  token,
  /** Of an invitation. */
  username: z.string().max(64).default(''),
  displayName: z.string().max(100).default(''),
  password: z.string().max(MAX_PASSWORD_CHARS),
})
export type AcceptInvitation = z.input<typeof acceptInvitationSchema>
