// Groups and custom roles, for whoever governs them.

import type { GroupDetail } from '#protocol/api/groups.ts'
import type { UserId } from '#protocol/ids.ts'
import {
  assertAboveGroup,
  assertAboveRole,
  assertHas,
  assertMayGive,
  assertMayTakeOut,
} from '../identity/above.ts'
import { isPermission, may, permissions } from '../identity/policy.ts'
import type { Row } from '../records/records.ts'
import { quotaOf } from '../spaces/quotas.ts'
import { givenId } from './body.ts'
import type { Door } from './ports.ts'
import { created, nothing, ok } from './reply.ts'
import { by, route } from './route.ts'

export const groupRoutes = [
  route('GET /groups', {
    action: 'group.listOwn',
    handle: ({ identity }, { person }) =>
      ok({
        groups: may(person, 'group.list')
          ? identity.groups.list()
          : identity.groups.managedBy(person.userId),
      }),
  }),
  route('GET /groups/:id', {
    action: 'group.see',
    target: 'group',
    handle: (door, { target }) => ok(detailOf(door, target)),
  }),
  route('PATCH /groups/:id/members', {
    action: 'group.people',
    target: 'group',
    async handle({ identity, records }, call) {
      const { person, target, body } = call
      // Whoever is in it has its roles: managers have them, since they are members.
      assertAboveGroup(records, person, target)
      assertMayTakeOut(records, person, target, body.remove)
      return ok(await identity.groups.update(by(call), target.id, body))
    },
  }),
  route('POST /groups', {
    action: 'group.create',
    async handle({ identity }, call) {
      const { id: given, ...rest } = call.body
      const id = given === undefined ? call.idFor('group') : givenId<'group'>(given)
      return created(await identity.groups.create(by(call), id, rest))
    },
  }),
  route('PATCH /groups/:id', {
    action: 'group.update',
    target: 'group',
    async handle({ identity, records }, call) {
      const { person, target, body } = call
      assertAboveGroup(records, person, target)
      assertMayGive(records, person, { roles: body.roles ?? [] })
      return ok(await identity.groups.update(by(call), target.id, body))
    },
  }),
  route('DELETE /groups/:id', {
    action: 'group.delete',
    target: 'group',
    async handle({ identity, records }, call) {
      assertAboveGroup(records, call.person, call.target)
      await identity.groups.remove(by(call), call.target.id)
      return nothing
    },
  }),
]

function detailOf({ identity, records, spaces }: Door, row: Row<'group'>): GroupDetail {
  const group = identity.groups.show(row)
  const people = group.members.map(({ id, name }) => ({
    ...{ id, name, used: spaces.used(id as UserId) },
    effectiveQuota: quotaOf(records, id as UserId),
  }))
  return { ...group, people }
}

export const roleRoutes = [
  route('GET /roles', {
    action: 'role.list',
    handle: ({ identity }) => ok({ roles: identity.roles.list(), permissions }),
  }),
  route('POST /roles', {
    action: 'role.create',
    async handle({ identity }, call) {
      const { id: given, ...rest } = call.body
      assertHas(call.person, rest.permissions.filter(isPermission))
      const id = given === undefined ? call.idFor('role') : givenId<'role'>(given)
      return created(await identity.roles.create(by(call), id, rest))
    },
  }),
  route('PATCH /roles/:id', {
    action: 'role.update',
    target: 'role',
    async handle({ identity }, call) {
      assertAboveRole(call.person, call.target)
      assertHas(call.person, (call.body.permissions ?? []).filter(isPermission))
      return ok(await identity.roles.update(by(call), call.target.id, call.body))
    },
  }),
  route('DELETE /roles/:id', {
    action: 'role.delete',
    target: 'role',
    async handle({ identity }, call) {
      assertAboveRole(call.person, call.target)
      await identity.roles.remove(by(call), call.target.id)
      return nothing
    },
  }),
]
