// Spaces. A handler writes down what is wanted and answers 202 with an intent; the engine is never called here.

import {
  createSpaceSchema,
  type Intent,
  type Space,
  updateSpaceSchema,
} from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { HostId, SpaceId, TemplateId } from '#protocol/ids.ts'
import { withUrls } from '../apps/show.ts'
import { may } from '../identity/policy.ts'
import { resourceOf } from '../identity/subject.ts'
import type { Row } from '../records/records.ts'
import { standingOf } from '../spaces/shares.ts'
import { checked, givenId } from './body.ts'
import { paged, pagingSchema } from './paging.ts'
import type { Door, Wish } from './ports.ts'
import { accepted, nothing, ok, type Reply } from './reply.ts'
import { by, type Call, type ClosedAction, type ClosedCall, route } from './route.ts'

export const spaceRoutes = [
  route({
    method: 'GET',
    path: '/spaces',
    action: 'space.list',
    query: pagingSchema,
    handle(door, { person, host, query }) {
      const paging = checked(pagingSchema, Object.fromEntries(query))
      const rows = door.records.list('space')
      const seen = rows.filter((row) => may(person, 'space.see', resourceOf(row)))
      const { items, ...next } = paged(seen, paging)
      const spaces = items.flatMap(({ id }) => showTo(door, { person, host }, id) ?? [])
      return ok({ spaces, ...next })
    },
  }),
  route({
    method: 'POST',
    path: '/spaces',
    action: 'space.create',
    body: createSpaceSchema,
    async handle(door, call) {
      const { body } = call
      const id = body.id === undefined ? call.idFor('space') : givenId<'space'>(body.id)
      const templateId = body.templateId as TemplateId
      const { name, parameters, hostId } = body
      const host = hostId === undefined ? {} : { hostId: hostId as HostId }
      const space = { id, name, templateId, parameters, ...host }
      const { intentId } = await door.spaces.create(by(call), space, call.idFor('intent'))
      return accepted(showIntent(door, call, id, intentId))
    },
  }),
  route({
    method: 'GET',
    path: '/spaces/:id',
    action: 'space.see',
    target: 'space',
    handle: (door, call) => ok(shown(door, call, call.target.id)),
  }),
  route({
    method: 'PATCH',
    path: '/spaces/:id',
    action: 'space.update',
    target: 'space',
    body: updateSpaceSchema,
    async handle(door, call) {
      const { target, body } = call
      if (body.name !== undefined) await door.spaces.rename(by(call), target.id, body.name)
      if (body.parameters !== undefined) {
        await door.spaces.configure(by(call), target.id, body.parameters)
      }
      return ok(shown(door, call, target.id))
    },
  }),
  wish('DELETE', '/spaces/:id', 'space.delete', 'deleted'),
  wish('POST', '/spaces/:id/start', 'space.run', 'running'),
  wish('POST', '/spaces/:id/stop', 'space.run', 'stopped'),
  wish('POST', '/spaces/:id/restart', 'space.run', 'restart'),
  route({
    method: 'POST',
    path: '/spaces/:id/forget',
    action: 'space.delete',
    target: 'space',
    async handle({ spaces }, call) {
      await spaces.forget(by(call), call.target.id)
      return nothing
    },
  }),
  route({
    method: 'GET',
    path: '/spaces/:id/timeline',
    action: 'space.see',
    target: 'space',
    handle: async ({ spaces }, { target }) => ok({ steps: await spaces.timeline(target.id) }),
  }),
]

function wish(method: 'POST' | 'DELETE', path: string, action: ClosedAction, wanted: Wish) {
  return route({
    method,
    path,
    action,
    target: 'space',
    async handle(door: Door, call: ClosedCall<undefined, Row<'space'>>): Promise<Reply> {
      const { id } = call.target
      const { intentId } = await door.spaces.want(by(call), id, wanted, call.idFor('intent'))
      return accepted(showIntent(door, call, id, intentId))
    },
  })
}

const showIntent = (door: Door, call: Call, id: SpaceId, intentId: string): Intent => ({
  intentId,
  space: shown(door, call, id),
})

/** With the addresses of its ports and apps as whoever asks can open them. Throws `not_found`. */
export function shown(door: Door, call: Visitor, id: SpaceId): Space {
  const space = showTo(door, call, id)
  if (!space) throw new SkeinError('not_found', { thing: 'space' })
  return space
}

type Visitor = Pick<Call, 'host' | 'person'>

function showTo(door: Door, { host, person }: Visitor, id: SpaceId): Space | undefined {
  const { spaces, records, config } = door
  const space = spaces.show(id)
  const row = records.get('space', id)
  if (!space || !row || !person) return space
  return withUrls({ ...space, ...standingOf(records, person, row) }, config, host)
}
