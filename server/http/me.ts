// One's own account: who one is, the password, and where one is signed in.

import type { Me } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Credential } from '../identity/credential.ts'
import { permissions as allPermissions } from '../identity/policy.ts'
import { subjectOf } from '../identity/subject.ts'
import type { Door } from './ports.ts'
import { nothing, ok } from './reply.ts'
import { by, route } from './route.ts'

export const meRoutes = [
  route('GET /me', {
    action: 'me.see',
    handle: (door, { person }) => ok(showMe(door, person.credential)),
  }),
  route('PUT /me/password', {
    action: 'me.password',
    async handle({ identity }, call) {
      // A stolen session must not become a way to guess the password.
      identity.sessions.countAttempt(call.address)
      await identity.users.changePassword(by(call), call.person, call.body)
      return { ...nothing, cookie: call.setCookie(identity.sessions.renew(call.person).token) }
    },
  }),
  route('GET /me/sessions', {
    action: 'session.list',
    handle: ({ identity }, { person }) =>
      ok({ sessions: identity.sessions.list(person.userId, person.credential.id) }),
  }),
  route('DELETE /me/sessions/:id', {
    action: 'session.revoke',
    target: 'session',
    async handle({ identity }, call) {
      await identity.sessions.end(by(call), call.target.id)
      return nothing
    },
  }),
]

export function showMe({ identity, config, records }: Door, credential: Credential): Me {
  const user = identity.users.show(credential.userId)
  if (!user) throw new SkeinError('not_signed_in')
  const row = records.get('user', credential.userId)
  const given = row ? subjectOf(records, row).permissions?.() : undefined
  const permissions = user.role === 'administrator' ? allPermissions : [...(given ?? [])]
  const { peer } = config
  const { id } = credential
  const endMs = credential.kind === 'session' ? credential.claims.exp : credential.expiresAt
  const end = endMs === undefined ? {} : { expiresAt: new Date(endMs).toISOString() }
  return {
    user,
    permissions,
    manages: identity.groups.managedBy(credential.userId).map(({ id, name }) => ({ id, name })),
    ...(credential.kind === 'session' ? { sessionId: id } : { tokenId: id }),
    ...end,
    peer,
  }
}
