// Spaces. A handler writes down what is wanted and answers 202 with an intent; the engine is never called here.

import type { Intent, Space } from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { HostId, SpaceId, TemplateId } from '#protocol/ids.ts'
import { withUrls } from '../apps/show.ts'
import { may } from '../identity/policy.ts'
import { resourceOf } from '../identity/subject.ts'
import { standingOf } from '../spaces/shares.ts'
import { givenId } from './body.ts'
import { paged } from './paging.ts'
import type { Door, Wish } from './ports.ts'
import { accepted, nothing, ok } from './reply.ts'
import { by, type Call, type ClosedAction, route } from './route.ts'

export const spaceRoutes = [
  route('GET /spaces', {
    action: 'space.list',
    handle(door, { person, host, query }) {
      const rows = door.records.list('space')
      const seen = rows.filter((row) => may(person, 'space.see', resourceOf(row)))
      const { items, ...next } = paged(seen, query)
      const spaces = items.flatMap(({ id }) => showTo(door, { person, host }, id) ?? [])
      return ok({ spaces, ...next })
    },
  }),
  route('POST /spaces', {
    action: 'space.create',
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
  route('GET /spaces/:id', {
    action: 'space.see',
    target: 'space',
    handle: (door, call) => ok(shown(door, call, call.target.id)),
  }),
  route('PATCH /spaces/:id', {
    action: 'space.update',
    target: 'space',
    async handle(door, call) {
      const { target, body } = call
      if (body.name !== undefined) await door.spaces.rename(by(call), target.id, body.name)
      if (body.parameters !== undefined) {
        await door.spaces.configure(by(call), target.id, body.parameters)
      }
      if (body.schedule !== undefined) {
        await door.spaces.schedule(by(call), target.id, body.schedule)
      }
      return ok(shown(door, call, target.id))
    },
  }),
  wish('DELETE /spaces/:id', 'space.delete', 'deleted'),
  wish('POST /spaces/:id/start', 'space.run', 'running'),
  wish('POST /spaces/:id/stop', 'space.run', 'stopped'),
  wish('POST /spaces/:id/restart', 'space.run', 'restart'),
  route('POST /spaces/:id/forget', {
    action: 'space.delete',
    target: 'space',
    async handle({ spaces }, call) {
      await spaces.forget(by(call), call.target.id)
      return nothing
    },
  }),
  route('GET /spaces/:id/timeline', {
    action: 'space.see',
    target: 'space',
    handle: async ({ spaces }, { target }) => ok({ steps: await spaces.timeline(target.id) }),
  }),
]

type Wished = 'DELETE /spaces/:id' | `POST /spaces/:id/${'start' | 'stop' | 'restart'}`

function wish(name: Wished, action: ClosedAction, wanted: Wish) {
  return route(name, {
    action,
    target: 'space',
    async handle(door, call) {
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
