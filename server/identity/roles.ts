// Custom roles: a name for some of what administrators may. The two that are built in, administrator and member, are no
// records.

import type { CustomRole } from '#protocol/api/groups.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { RoleId } from '#protocol/ids.ts'
import { isSpaceName } from '#protocol/names.ts'
import { keysIn, markedExactly } from '../records/marks.ts'
import type { Change, Records, Row, View } from '../records/records.ts'
import { claimAnew } from '../records/renaming.ts'
import { audited, type By, begun, changed, ended } from './audit.ts'
import { isPermission } from './policy.ts'
import type { Makers } from './settings.ts'
import { sameKeys } from './users.ts'

/** Far more than anybody keeps apart. */
export const MAX_ROLES = 200

export interface RolePatch {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly permissions?: readonly string[] | undefined
}

interface RoleParts extends Makers {
  readonly records: Records
}

export class Roles {
  readonly #parts: RoleParts

  constructor(parts: RoleParts) {
    this.#parts = parts
  }

  list(): CustomRole[] {
    return this.#parts.records.list('role').map(showRole)
  }

  /** Rejects with `name_invalid`, `name_taken`, `permission_unknown` or `too_large`. The same id again answers it as it is. */
  async create(by: By, id: RoleId, input: Required<RolePatch>): Promise<CustomRole> {
    const { name = '', description = '', permissions = [] } = input
    assertKnown(permissions)
    const createdAt = this.#parts.clock.nowMs()
    await this.#parts.records.transact((view) => {
      if (view.get('role', id)) return { changes: [], result: undefined }
      assertName(view, 'role', name, id)
      if (view.list('role').length >= MAX_ROLES) {
        throw new SkeinError('too_large', { thing: 'list of roles', limit: `${MAX_ROLES}` })
      }
      const groups = {
        profile: { name, description, createdAt },
        permissions: { actions: markedExactly(undefined, permissions) },
      }
      const changes: Change[] = [
        { op: 'create', kind: 'role', id, groups },
        { op: 'claim', claim: `role:${name}`, holder: id },
        audited(
          by,
          'role.create',
          { kind: 'role', id, name },
          undefined,
          begun({ name, description, permissions }),
        ),
      ]
      return { changes, result: undefined }
    })
    return this.#shown(id)
  }

  /** Rejects as `create`, and with `not_found`. */
  async update(by: By, id: RoleId, patch: RolePatch): Promise<CustomRole> {
    assertKnown(patch.permissions ?? [])
    await this.#parts.records.transact((view) => {
      const row = view.get('role', id)
      if (!row?.groups.profile) throw new SkeinError('not_found', { thing: 'role' })
      const changes = [...renamed(view, 'role', row, patch), ...repermitted(row, patch)]
      if (changes.length > 0) {
        const target = { kind: 'role', id, name: row.groups.profile.name }
        const change = changed(stateOf(row), stateOf(row, patch))
        changes.push(audited(by, 'role.update', target, undefined, change))
      }
      return { changes, result: undefined }
    })
    return this.#shown(id)
  }

  /** Whoever had it has it no longer. Twice is the same as once. */
  async remove(by: By, id: RoleId): Promise<void> {
    await this.#parts.records.transact((view) => {
      const row = view.get('role', id)
      if (!row) return { changes: [], result: undefined }
      const name = row.groups.profile?.name ?? ''
      const changes: Change[] = [
        { op: 'release', claim: `role:${name}`, holder: id },
        { op: 'delete', kind: 'role', id },
        audited(by, 'role.delete', { kind: 'role', id, name }, undefined, ended(stateOf(row))),
      ]
      return { changes, result: undefined }
    })
  }

  #shown(id: RoleId): CustomRole {
    const row = this.#parts.records.get('role', id)
    if (!row) throw new SkeinError('not_found', { thing: 'role' })
    return showRole(row)
  }
}

function showRole({ id, groups: { profile, permissions } }: Row<'role'>): CustomRole {
  return {
    id,
    name: profile?.name ?? id,
    description: profile?.description ?? '',
    permissions: keysIn(permissions?.actions).toSorted(),
    createdAt: new Date(profile?.createdAt ?? 0).toISOString(),
  }
}

/** What a role is, or would be with the patch, for the audit. */
const stateOf = ({ groups }: Row<'role'>, patch: RolePatch = {}): Record<string, unknown> => ({
  name: patch.name ?? groups.profile?.name,
  description: patch.description ?? groups.profile?.description,
  permissions: [...new Set(patch.permissions ?? keysIn(groups.permissions?.actions))].sort(),
})

function repermitted(row: Row<'role'>, { permissions }: RolePatch): Change[] {
  const held = row.groups.permissions?.actions
  if (!permissions || sameKeys(keysIn(held), permissions)) return []
  const value = { actions: markedExactly(held, permissions) }
  return [{ op: 'set', kind: 'role', id: row.id, group: 'permissions', value }]
}

function assertKnown(permissions: readonly string[]): void {
  const unknown = permissions.find((name) => !isPermission(name))
  if (unknown !== undefined) throw new SkeinError('permission_unknown', { name: unknown })
}

/** Groups and roles are named as spaces are. Throws `name_invalid` and `name_taken`. */
export function assertName(view: View, kind: 'group' | 'role', name: string, id: string): void {
  if (!isSpaceName(name)) throw new SkeinError('name_invalid', { name: name.slice(0, 64) })
  const holder = view.holder(`${kind}:${name}`)
  if (holder !== undefined && holder !== id) throw new SkeinError('name_taken', { name })
}

/** The changes that give a group or a role another name or description. */
export function renamed(
  view: View,
  kind: 'group' | 'role',
  row: Row<'group'> | Row<'role'>,
  { name, description }: Pick<RolePatch, 'name' | 'description'>,
): Change[] {
  const { profile } = row.groups
  if (!profile) return []
  const value = {
    ...profile,
    name: name ?? profile.name,
    description: description ?? profile.description,
  }
  if (value.name === profile.name && value.description === profile.description) return []
  const set: Change =
    row.kind === 'group'
      ? { op: 'set', kind: 'group', id: row.id, group: 'profile', value }
      : { op: 'set', kind: 'role', id: row.id, group: 'profile', value }
  if (value.name === profile.name) return [set]
  assertName(view, kind, value.name, row.id)
  return [
    { op: 'release', claim: `${kind}:${profile.name}`, holder: row.id },
    ...claimAnew(view, `${kind}:${value.name}`, row.id),
    set,
  ]
}
