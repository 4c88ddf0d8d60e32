// Signing in and out.

import type { SessionState } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import { sessionClaims } from '../identity/credential.ts'
import { showMe } from './me.ts'
import { created, nothing, ok } from './reply.ts'
import { by, openRoute, route } from './route.ts'

export const sessionRoutes = [
  openRoute('GET /session', {
    action: 'session.ask',
    // For a page that wants to know before it is drawn: that nobody is signed in is an answer here, not an error.
    handle: (door, { person }) =>
      ok({ me: person ? showMe(door, person.credential) : null } satisfies SessionState),
  }),
  openRoute('POST /session', {
    action: 'session.start',
    async handle(door, call) {
      if (door.identity.setup.needed) throw new SkeinError('setup_needed')
      const { token, credential } = await door.identity.sessions.login(call.body, call)
      return { ...created(showMe(door, credential)), cookie: call.setCookie(token) }
    },
  }),
  route('DELETE /session', {
    action: 'session.end',
    async handle({ identity }, call) {
      await identity.sessions.end(by(call), sessionClaims(call.person).sessionId)
      return { ...nothing, cookie: call.setCookie(undefined) }
    },
  }),
]
