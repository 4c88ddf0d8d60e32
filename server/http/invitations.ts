// One-time links: made by whoever governs people, used by whoever has them.

import {
  acceptInvitationSchema,
  createInvitationSchema,
  openInvitationSchema,
} from '#protocol/api/invitations.ts'
import { assertMayGive } from '../identity/above.ts'
import { showMe } from './me.ts'
import { created, nothing, ok } from './reply.ts'
import { by, openRoute, route } from './route.ts'

export const invitationRoutes = [
  route({
    method: 'GET',
    path: '/invitations',
    action: 'invitation.list',
    handle: ({ identity }) => ok({ invitations: identity.invitations.list() }),
  }),
  route({
    method: 'POST',
    path: '/invitations',
    action: 'invitation.create',
    body: createInvitationSchema,
    async handle({ identity, records }, call) {
      assertMayGive(records, call.person, call.body)
      const made = await identity.invitations.invite(by(call), call.body)
      return { ...created(made), isSecret: true }
    },
  }),
  route({
    method: 'DELETE',
    path: '/invitations/:id',
    action: 'invitation.withdraw',
    target: 'invitation',
    async handle({ identity }, call) {
      await identity.invitations.withdraw(by(call), call.target.id)
      return nothing
    },
  }),
  openRoute({
    method: 'POST',
    path: '/invitations/open',
    action: 'invitation.open',
    body: openInvitationSchema,
    handle: ({ identity }, { body, address }) => ok(identity.invitations.open(body.token, address)),
  }),
  openRoute({
    method: 'POST',
    path: '/invitations/accept',
    action: 'invitation.accept',
    body: acceptInvitationSchema,
    async handle(door, call) {
      const { invitations, sessions } = door.identity
      const { userId, purpose } = await invitations.accept(call.body, call.address)
      // With a second factor a new password is not enough, so nobody is signed in by a reset.
      if (purpose === 'reset') return nothing
      const { token, credential } = await sessions.start(userId, call)
      return { ...created(showMe(door, credential)), cookie: call.setCookie(token) }
    },
  }),
]
