// People, for administrators; and one's own display name.

import { createUserSchema, updateUserSchema } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import { assertByPassword } from '../identity/credential.ts'
import { actions, may } from '../identity/policy.ts'
import { givenId } from './body.ts'
import { created, nothing, ok } from './reply.ts'
import { by, route } from './route.ts'

export const userRoutes = [
  route({
    method: 'GET',
    path: '/users',
    action: 'user.list',
    handle: ({ identity }) => ok({ users: identity.users.list() }),
  }),
  route({
    method: 'POST',
    path: '/users',
    action: 'user.create',
    body: createUserSchema,
    async handle({ identity }, call) {
      const { id, ...rest } = call.body
      const user = { ...rest, id: id === undefined ? call.idFor('user') : givenId<'user'>(id) }
      return created(await identity.users.create(by(call), user))
    },
  }),
  route({
    method: 'PATCH',
    path: '/users/:id',
    action: 'user.update',
    target: 'user',
    body: updateUserSchema,
    async handle({ identity }, call) {
      const { role, disabled, password } = call.body
      const governs = role !== undefined || disabled !== undefined || password !== undefined
      if (governs) assertByPassword(call.person, 'user.govern')
      if (governs && !may(call.person, 'user.govern')) {
        const { verb, thing } = actions['user.govern']
        throw new SkeinError('forbidden', { action: verb, thing })
      }
      return ok(await identity.users.update(by(call), call.target.id, call.body))
    },
  }),
  route({
    method: 'DELETE',
    path: '/users/:id',
    action: 'user.delete',
    target: 'user',
    async handle({ identity }, call) {
      await identity.users.remove(by(call), call.target.id)
      return nothing
    },
  }),
]
