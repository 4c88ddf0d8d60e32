// People, invitations, groups and roles, for whoever governs them.

import { z } from 'zod'
import {
  createGroupSchema,
  createRoleSchema,
  groupDetailSchema,
  groupPeopleSchema,
  groupSchema,
  roleSchema,
  rolesSchema,
  updateGroupSchema,
  updateRoleSchema,
} from '../groups.ts'
import {
  acceptInvitationSchema,
  createInvitationSchema,
  invitationSchema,
  newInvitationSchema,
  openedInvitationSchema,
  openInvitationSchema,
} from '../invitations.ts'
import { DONE, type Table } from '../operation.ts'
import { pagingSchema } from '../paging.ts'
import {
  createUserSchema,
  meSchema,
  updateUserSchema,
  userDetailSchema,
  userSchema,
} from '../people.ts'

const users = z.object({ users: z.array(userSchema), next: z.string().optional() })
const invitations = z.object({ invitations: z.array(invitationSchema) })
const groups = z.object({ groups: z.array(groupSchema) })

export const peopleOperations = {
  'GET /users': { query: pagingSchema, answers: { 200: users } },
  'POST /users': { body: createUserSchema, answers: { 201: userSchema } },
  'GET /users/:id': { answers: { 200: userDetailSchema } },
  'PATCH /users/:id': { body: updateUserSchema, answers: { 200: userSchema } },
  'DELETE /users/:id': { answers: DONE },
  'POST /users/:id/reset': { answers: { 201: newInvitationSchema } },
  'DELETE /users/:id/factor': { answers: DONE },
  'DELETE /users/:id/sessions/:credentialId': { answers: DONE },
  'DELETE /users/:id/tokens/:credentialId': { answers: DONE },
  'DELETE /users/:id/keys/:credentialId': { answers: DONE },
  'GET /invitations': { answers: { 200: invitations } },
  'POST /invitations': { body: createInvitationSchema, answers: { 201: newInvitationSchema } },
  'DELETE /invitations/:id': { answers: DONE },
  'POST /invitations/open': {
    body: openInvitationSchema,
    answers: { 200: openedInvitationSchema },
  },
  // Nobody is signed in by a reset.
  'POST /invitations/accept': {
    body: acceptInvitationSchema,
    answers: { 201: meSchema, 204: null },
  },
  'GET /groups': { answers: { 200: groups } },
  'POST /groups': { body: createGroupSchema, answers: { 201: groupSchema } },
  'GET /groups/:id': { answers: { 200: groupDetailSchema } },
  'PATCH /groups/:id/members': { body: groupPeopleSchema, answers: { 200: groupSchema } },
  'PATCH /groups/:id': { body: updateGroupSchema, answers: { 200: groupSchema } },
  'DELETE /groups/:id': { answers: DONE },
  'GET /roles': { answers: { 200: rolesSchema } },
  'POST /roles': { body: createRoleSchema, answers: { 201: roleSchema } },
  'PATCH /roles/:id': { body: updateRoleSchema, answers: { 200: roleSchema } },
  'DELETE /roles/:id': { answers: DONE },
} as const satisfies Table
