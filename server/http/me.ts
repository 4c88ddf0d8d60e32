// One's own account: who one is, the password, and where one is signed in.

import { changePasswordSchema, type Me } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { SessionClaims } from '../identity/token.ts'
import type { Door } from './ports.ts'
import { nothing, ok } from './reply.ts'
import { by, route } from './route.ts'

export const meRoutes = [
  route({
    method: 'GET',
    path: '/me',
    action: 'me.see',
    handle: (door, { person }) => ok(showMe(door, person.claims)),
  }),
  route({
    method: 'PUT',
    path: '/me/password',
    action: 'me.password',
    body: changePasswordSchema,
    async handle({ identity }, call) {
      // A stolen session must not become a way to guess the password.
      identity.sessions.countAttempt(call.address)
      await identity.users.changePassword(by(call), call.person, call.body)
      return { ...nothing, cookie: call.setCookie(identity.sessions.renew(call.person).token) }
    },
  }),
  route({
    method: 'GET',
    path: '/me/sessions',
    action: 'me.see',
    handle: ({ identity }, { person }) => ok({ sessions: identity.sessions.list(person) }),
  }),
  route({
    method: 'DELETE',
    path: '/me/sessions/:id',
    action: 'session.revoke',
    target: 'session',
    async handle({ identity }, call) {
      await identity.sessions.end(by(call), call.target.id)
      return nothing
    },
  }),
]

export function showMe({ identity, config }: Door, claims: SessionClaims): Me {
  const user = identity.users.show(claims.userId)
  if (!user) throw new SkeinError('not_signed_in')
  const expiresAt = new Date(claims.exp).toISOString()
  return { user, sessionId: claims.sessionId, expiresAt, peer: config.peer }
}
