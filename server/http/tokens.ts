// One's own API tokens. A token itself can list them and revoke itself, so that a program can sign out, and no more.

import { SkeinError } from '#protocol/errors.ts'
import { created, nothing, ok } from './reply.ts'
import { by, route } from './route.ts'

export const tokenRoutes = [
  route('GET /me/tokens', {
    action: 'token.list',
    handle: ({ identity }, { person }) =>
      ok({ tokens: identity.tokens.list(person.userId, person.credential.id) }),
  }),
  route('POST /me/tokens', {
    action: 'token.create',
    async handle({ identity }, call) {
      const made = await identity.tokens.create(by(call), call.person.userId, call.body)
      return { ...created(made), isSecret: true }
    },
  }),
  route('DELETE /me/tokens/:id', {
    action: 'token.revoke',
    target: 'token',
    async handle({ identity }, call) {
      const { credential } = call.person
      if (credential.kind === 'token' && credential.id !== call.target.id) {
        throw new SkeinError('token_forbidden', { action: 'revoke', thing: 'other token' })
      }
      await identity.tokens.revoke(by(call), call.target.id)
      return nothing
    },
  }),
]
