// Signing in and out.

import { loginSchema } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import { showMe } from './me.ts'
import { created, nothing } from './reply.ts'
import { by, openRoute, route } from './route.ts'

export const sessionRoutes = [
  openRoute({
    method: 'POST',
    path: '/session',
    action: 'session.start',
    body: loginSchema,
    async handle(door, call) {
      if (door.identity.setup.needed) throw new SkeinError('setup_needed')
      const { token, claims } = await door.identity.sessions.login(call.body, call)
      return { ...created(showMe(door, claims)), cookie: call.setCookie(token) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/session',
    action: 'session.end',
    async handle({ identity }, call) {
      await identity.sessions.end(by(call), call.person.claims.sessionId)
      return { ...nothing, cookie: call.setCookie(undefined) }
    },
  }),
]
