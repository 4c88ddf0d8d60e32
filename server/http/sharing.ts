// Who besides its owner may open a port of a space in a browser.

import { sharePortSchema } from '#protocol/api/spaces.ts'
import { decideShare, portOf } from '../apps/share.ts'
import { ok } from './reply.ts'
import { by, route } from './route.ts'
import { shown } from './spaces.ts'

export const sharingRoutes = [
  route({
    method: 'PUT',
    path: '/spaces/:id/ports/:port',
    action: 'space.share',
    target: 'space',
    body: sharePortSchema,
    async handle(door, call) {
      const port = portOf(call.params.port ?? '')
      const { id } = call.target
      await door.records.transact((view) => decideShare(view, by(call), id, port, call.body))
      return ok(shown(door, call, id))
    },
  }),
]
