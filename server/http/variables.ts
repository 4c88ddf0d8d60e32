// Variables, secrets and registries: of the server, of a template, of a group, and one's own.

import { assertAboveGroup } from '../identity/above.ts'
import type { Row } from '../records/records.ts'
import { type Shelf, serverShelf } from '../values/variables.ts'
import type { Door } from './ports.ts'
import { nothing, ok } from './reply.ts'
import { by, type ClosedAction, type ClosedCall, type HttpRoute, route } from './route.ts'
import type { TargetName, Targets } from './targets.ts'

/** Where variables are, in paths. */
const scopes = ['', '/templates/:id', '/groups/:id', '/me'] as const

interface ShelfSpec<N extends TargetName> {
  readonly of: (typeof scopes)[number]
  readonly target: N
  readonly list: ClosedAction
  readonly set: ClosedAction
  shelf(call: Pick<ClosedCall<unknown, Targets[N]>, 'person' | 'target'>): Shelf
  /** Throws where the rule of `set` is not all that is asked. */
  assert?(door: Door, call: ClosedCall<unknown, Targets[N]>): void
}

function routesOf<N extends TargetName>(spec: ShelfSpec<N>): readonly HttpRoute[] {
  const { of, target, shelf, assert } = spec
  return [
    route(`GET ${of}/variables`, {
      ...{ target, action: spec.list },
      handle: ({ identity }, call) => ok({ variables: identity.variables.list(shelf(call).id) }),
    }),
    route(`PUT ${of}/variables/:name`, {
      ...{ target, action: spec.set },
      async handle(door, call) {
        assert?.(door, call)
        const { name = '' } = call.params
        return ok(await door.identity.variables.set(by(call), shelf(call), name, call.body))
      },
    }),
    route(`DELETE ${of}/variables/:name`, {
      ...{ target, action: spec.set },
      async handle(door, call) {
        assert?.(door, call)
        await door.identity.variables.remove(by(call), shelf(call), call.params.name ?? '')
        return nothing
      },
    }),
  ]
}

const groupShelf = ({ id, groups: { profile } }: Row<'group'>): Shelf => ({
  ...{ kind: 'group', id, name: profile?.name ?? id },
})

export const variableRoutes: readonly HttpRoute[] = [
  ...routesOf({
    ...{ of: '', target: 'none', list: 'variable.list', set: 'variable.set' },
    shelf: () => serverShelf,
  }),
  ...routesOf({
    of: '/templates/:id',
    ...{ target: 'template', list: 'variable.list', set: 'variable.set' },
    shelf: ({ target: { id, groups } }) => ({
      ...{ kind: 'template', id, name: groups.meta?.name ?? id },
    }),
  }),
  ...routesOf({
    of: '/groups/:id',
    ...{ target: 'group', list: 'variable.listGroup', set: 'variable.setGroup' },
    shelf: ({ target }) => groupShelf(target),
    // What its people's spaces are started with is a way into them.
    assert: ({ records }, { person, target }) => assertAboveGroup(records, person, target),
  }),
  ...routesOf({
    ...{ of: '/me', target: 'none' },
    ...{ list: 'variable.listOwn', set: 'variable.setOwn' },
    shelf: ({ person: { userId, actor } }) => ({ kind: 'user', id: userId, name: actor.name }),
  }),
]

export const registryRoutes = [
  route('GET /registries', {
    action: 'registry.list',
    handle: ({ identity }) => ok({ registries: identity.registries.list() }),
  }),
  route('PUT /registries/:name', {
    action: 'registry.set',
    async handle({ identity }, call) {
      return ok(await identity.registries.set(by(call), call.params.name ?? '', call.body))
    },
  }),
  route('DELETE /registries/:name', {
    action: 'registry.set',
    async handle({ identity }, call) {
      await identity.registries.remove(by(call), call.params.name ?? '')
      return nothing
    },
  }),
]
