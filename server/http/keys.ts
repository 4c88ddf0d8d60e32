// One's own SSH keys.

import { addKeySchema } from '#protocol/api/access.ts'
import { givenId } from './body.ts'
import { created, nothing, ok } from './reply.ts'
import { by, route } from './route.ts'

export const keyRoutes = [
  route({
    method: 'GET',
    path: '/me/keys',
    action: 'key.list',
    handle: ({ identity }, { person }) => ok({ keys: identity.keys.list(person.userId) }),
  }),
  route({
    method: 'POST',
    path: '/me/keys',
    action: 'key.add',
    body: addKeySchema,
    async handle({ identity }, call) {
      const { id, ...rest } = call.body
      const key = { ...rest, id: id === undefined ? call.idFor('sshKey') : givenId<'sshKey'>(id) }
      return created(await identity.keys.add(by(call), call.person.userId, key))
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/keys/:id',
    action: 'key.remove',
    target: 'key',
    async handle({ identity }, call) {
      await identity.keys.remove(by(call), call.target.id)
      return nothing
    },
  }),
]
