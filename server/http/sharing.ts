// Who besides its owner may open a port of a space in a browser.

import { SkeinError } from '#protocol/errors.ts'
import { decideShare, portOf } from '../apps/share.ts'
import type { Row } from '../records/records.ts'
import { decideShareSpace } from '../spaces/shares.ts'
import type { Door } from './ports.ts'
import { nothing, ok } from './reply.ts'
import { by, type ClosedCall, route } from './route.ts'
import { shown } from './spaces.ts'

export const sharingRoutes = [
  route('PUT /spaces/:id/ports/:port', {
    action: 'space.share',
    target: 'space',
    async handle(door, call) {
      const port = portOf(call.params.port ?? '')
      const { id } = call.target
      await door.records.transact((view) => decideShare(view, by(call), id, port, call.body))
      return ok(shown(door, call, id))
    },
  }),
  route('PUT /spaces/:id/shares', {
    action: 'space.share',
    target: 'space',
    async handle(door, call) {
      const { id } = call.target
      await door.records.transact((view) => decideShareSpace(view, by(call), id, call.body))
      return ok(shown(door, call, id))
    },
  }),
  route('POST /spaces/:id/transfer', {
    action: 'space.transfer',
    target: 'space',
    async handle(door, call) {
      assertMayTransfer(door, call)
      await door.spaces.transfer(by(call), call.target.id, call.body.to)
      return nothing
    },
  }),
]

/**
 * Who gives a space to themselves is inside it: so only its owner can, or, for a person who is disabled and cannot,
 * whoever governs spaces. Throws `owner_active`.
 */
function assertMayTransfer(
  door: Door,
  { person, target }: ClosedCall<unknown, Row<'space'>>,
): void {
  const ownerId = target.groups.identity?.ownerId
  if (ownerId === person.userId) return
  const isActive = ownerId && door.records.get('user', ownerId)?.groups.access?.disabled === false
  if (isActive) throw new SkeinError('owner_active')
}
