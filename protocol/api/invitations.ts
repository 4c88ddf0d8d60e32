// One-time links: invitations and password resets, as the HTTP API shows and takes them.

import { z } from 'zod'
import { refSchema, timeSchema } from './parts.ts'
import { MAX_GIVEN, MAX_PASSWORD_CHARS, roles } from './people.ts'
import type { Shown } from './shown.ts'

/** A month; a link that nobody used by then is asked for anew. */
export const MAX_INVITATION_HOURS = 30 * 24
export const USUAL_INVITATION_HOURS = 72

export const purposes = ['invitation', 'reset'] as const
export type Purpose = (typeof purposes)[number]

export const invitationSchema = z
  .object({
    id: z.string(),
    purpose: z.enum(purposes),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    createdBy: refSchema,
    /** Suggested, or whose password it resets. */
    username: z.string().optional(),
    role: z.enum(roles),
    roles: z.array(refSchema),
    groups: z.array(refSchema),
  })
  .meta({ id: 'Invitation' })
export type Invitation = Shown<typeof invitationSchema>

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
export const newInvitationSchema = z
  .object({ invitation: invitationSchema, token: z.string() })
  .meta({ id: 'NewInvitation' })
export type NewInvitation = Shown<typeof newInvitationSchema>

const token = z.string().min(1).max(128)

/** In the body, so that it stands in no address and no log. */
export const openInvitationSchema = z.strictObject({ token })

/** What whoever has the link is told. */
export const openedInvitationSchema = z.object({
  purpose: z.enum(purposes),
  username: z.string().optional(),
  invitedBy: z.string(),
  expiresAt: timeSchema,
})
export type OpenedInvitation = Shown<typeof openedInvitationSchema>

export const acceptInvitationSchema = z.strictObject({
  token,
  /** Of an invitation. */
  username: z.string().max(64).default(''),
  displayName: z.string().max(100).default(''),
  password: z.string().max(MAX_PASSWORD_CHARS),
})
export type AcceptInvitation = z.input<typeof acceptInvitationSchema>
