// One-time links: made by whoever governs people, used by whoever has them.

import { assertMayGive } from '../identity/above.ts'
import { showMe } from './me.ts'
import { created, nothing, ok } from './reply.ts'
import { by, openRoute, route } from './route.ts'

export const invitationRoutes = [
  route('GET /invitations', {
    action: 'invitation.list',
    handle: ({ identity }) => ok({ invitations: identity.invitations.list() }),
  }),
  route('POST /invitations', {
    action: 'invitation.create',
    async handle({ identity, records }, call) {
      assertMayGive(records, call.person, call.body)
      const made = await identity.invitations.invite(by(call), call.body)
      return { ...created(made), isSecret: true }
    },
  }),
  route('DELETE /invitations/:id', {
    action: 'invitation.withdraw',
    target: 'invitation',
    async handle({ identity }, call) {
      await identity.invitations.withdraw(by(call), call.target.id)
      return nothing
    },
  }),
  openRoute('POST /invitations/open', {
    action: 'invitation.open',
    handle: ({ identity }, { body, address }) => ok(identity.invitations.open(body.token, address)),
  }),
  openRoute('POST /invitations/accept', {
    action: 'invitation.accept',
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
