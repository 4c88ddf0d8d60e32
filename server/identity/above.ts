// Nobody gives rights that they do not have, and nobody governs somebody who has rights that they lack: else whoever may
// change people or roles would be an administrator by a detour.

import type { Role } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { GroupId, RoleId } from '#protocol/ids.ts'
import { keysIn } from '../records/marks.ts'
import type { Row, View } from '../records/records.ts'
import { type Action, isPermission, may, type Subject, withImplied } from './policy.ts'
import { groupsOf, permissionsOf, resourceOfGroup } from './subject.ts'

/** What is given with a role, built in or made, or with a place in a group. */
export interface Given {
  readonly role?: Role | undefined
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
}

/** Throws `not_above`, or `not_found` for a role or group that is not there. */
export function assertMayGive(view: Pick<View, 'get'>, giver: Subject, given: Given): void {
  if (given.role === 'administrator' && giver.role !== 'administrator') {
    throw new SkeinError('not_above')
  }
  const groups = (given.groups ?? []).map((id) => found(view.get('group', id as GroupId), 'group'))
  // A place in a group is also a way into what is shared with it.
  if (!groups.every((group) => may(giver, 'group.people', resourceOfGroup(group)))) {
    throw new SkeinError('not_above')
  }
  for (const group of groups) assertAboveGroup(view, giver, group)
  const roles = (given.roles ?? []).map((id) => found(view.get('role', id as RoleId), 'role'))
  for (const role of roles) assertAboveRole(giver, role)
}

/** Throws `not_above`. */
export function assertHas(giver: Subject, wanted: readonly Action[]): void {
  if (giver.role === 'administrator') return
  const own = giver.permissions?.()
  const all = wanted.flatMap(withImplied)
  if (all.some((action) => own?.has(action) !== true)) throw new SkeinError('not_above')
}

/** Throws `not_above` where the other is an administrator, or may what `giver` may not. */
export function assertAbove(
  view: Pick<View, 'get' | 'list'>,
  giver: Subject,
  other: Row<'user'>,
): void {
  if (giver.role === 'administrator') return
  if (other.groups.access?.role === 'administrator') throw new SkeinError('not_above')
  assertHas(giver, [...permissionsOf(view, other, groupsOf(view, other.id))])
}

/** Whoever changes a role or its people gives what is in it. Throws `not_above`. */
export function assertAboveRole(giver: Subject, role: Row<'role'>): void {
  assertHas(giver, keysIn(role.groups.permissions?.actions).filter(isPermission))
}

export function assertAboveGroup(
  view: Pick<View, 'get'>,
  giver: Subject,
  group: Row<'group'>,
): void {
  for (const id of keysIn(group.groups.roles?.roles)) {
    const role = view.get('role', id as RoleId)
    if (role) assertAboveRole(giver, role)
  }
}

/** Managers of a group say who is in it, but not who manages it besides them. Throws `not_above`. */
export function assertMayTakeOut(
  view: Pick<View, 'holder'>,
  taker: Subject,
  group: Row<'group'>,
  names: readonly string[],
): void {
  if (may(taker, 'group.update')) return
  const { managers } = resourceOfGroup(group)
  const ids = names.map((name) => view.holder(`user:${name}`))
  const others = ids.filter((id) => id !== undefined && id !== taker.userId && managers?.has(id))
  if (others.length > 0) throw new SkeinError('not_above')
}

function found<T>(row: T | undefined, thing: string): T {
  if (!row) throw new SkeinError('not_found', { thing })
  return row
}
