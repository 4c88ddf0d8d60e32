// One's own SSH keys.

import { givenId } from './body.ts'
import { created, nothing, ok } from './reply.ts'
import { by, route } from './route.ts'

export const keyRoutes = [
  route('GET /me/keys', {
    action: 'key.list',
    handle: ({ identity }, { person }) => ok({ keys: identity.keys.list(person.userId) }),
  }),
  route('POST /me/keys', {
    action: 'key.add',
    async handle({ identity }, call) {
      const { id, ...rest } = call.body
      const key = { ...rest, id: id === undefined ? call.idFor('sshKey') : givenId<'sshKey'>(id) }
      return created(await identity.keys.add(by(call), call.person.userId, key))
    },
  }),
  route('DELETE /me/keys/:id', {
    action: 'key.remove',
    target: 'key',
    async handle({ identity }, call) {
      await identity.keys.remove(by(call), call.target.id)
      return nothing
    },
  }),
]
