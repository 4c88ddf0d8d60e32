// Who somebody is to the policy, from the records as they are at that moment: role, groups, and the permissions that
// roles give, their own and their groups'. Looked up when a rule asks, since most rules do not.

import type { GroupId, RoleId, UserId } from '#protocol/ids.ts'
import { isIn, keysIn } from '../records/marks.ts'
import type { Row, View } from '../records/records.ts'
import { type Action, isPermission, type Resource, type Subject, withImplied } from './policy.ts'

export function subjectOf(records: Pick<View, 'get' | 'list'>, user: Row<'user'>): Subject {
  const groups = once(() => groupsOf(records, user.id))
  return {
    userId: user.id,
    role: user.groups.access?.role ?? 'member',
    groups: () => new Set(groups().map(({ id }) => id)),
    permissions: once(() => permissionsOf(records, user, groups())),
  }
}

export const groupsOf = (records: Pick<View, 'list'>, userId: UserId): readonly Row<'group'>[] =>
  records.list('group').filter((group) => isIn(group.groups.members?.people, userId))

/** Roles that are gone give nothing, and neither do actions that this version does not know. */
export function permissionsOf(
  records: Pick<View, 'get'>,
  user: Row<'user'>,
  groups: readonly Row<'group'>[],
): ReadonlySet<Action> {
  const roles = [user.groups.roles, ...groups.map((group) => group.groups.roles)]
  const ids = new Set(roles.flatMap((given) => keysIn(given?.roles)))
  const rows = [...ids].map((id) => records.get('role', id as RoleId))
  const named = rows.flatMap((role) => keysIn(role?.groups.permissions?.actions))
  return new Set(named.filter(isPermission).flatMap(withImplied))
}

export function resourceOf({ groups }: Row<'space'>): Resource {
  const ownerId = groups.identity?.ownerId
  return { ...(ownerId !== undefined && { ownerId }), shares: groups.people }
}

/** Whoever is out of a group manages it no longer, whatever the other side of a broken network wrote. */
export function resourceOfGroup({ groups }: Row<'group'>): Resource {
  const managers = keysIn(groups.managers?.people)
  return { managers: new Set(managers.filter((id) => isIn(groups.members?.people, id))) }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Rows whose changes may change what somebody may do. */
export const RIGHTS_KINDS = ['user', 'group', 'role'] as const
export type RightsId = UserId | GroupId | RoleId
