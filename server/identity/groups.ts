// Groups of people: who is in one has its roles, is let in wherever a space is shared with it, and, where they have no
// quota of their own, has its quota.

import type { Group } from '#protocol/api/groups.ts'
import type { Quota } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { GroupId, RoleId, UserId } from '#protocol/ids.ts'
import { isIn, keysIn, type Marks, marked, markedExactly, unmarked } from '../records/marks.ts'
import type { Change, Records, Row, View } from '../records/records.ts'
import { endVariables } from '../values/end.ts'
import { audited, type By, begun, changed, ended } from './audit.ts'
import { assertName, renamed } from './roles.ts'
import type { Makers } from './settings.ts'
import { resourceOfGroup } from './subject.ts'
import { roleNames, rolesIn, sameKeys } from './users.ts'

/** Membership is looked up by going through all of them. */
export const MAX_GROUPS = 200
/** Of one group: half of what its record keeps, so that those who left are remembered a while. */
export const MAX_MEMBERS = 250

export interface GroupPatch {
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** User names. */
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  /** User names, of members. */
  readonly addManagers?: readonly string[]
  readonly removeManagers?: readonly string[]
  readonly roles?: readonly string[] | undefined
  readonly quota?: Quota | undefined
}

interface GroupParts extends Makers {
  readonly records: Records
}

export class Groups {
  readonly #parts: GroupParts

  constructor(parts: GroupParts) {
    this.#parts = parts
  }

  list(): Group[] {
    const { records } = this.#parts
    return records.list('group').map((row) => showGroup(records, row))
  }

  /** Those that somebody manages. */
  managedBy(userId: UserId): Group[] {
    const { records } = this.#parts
    const rows = records.list('group').filter((row) => resourceOfGroup(row).managers?.has(userId))
    return rows.map((row) => showGroup(records, row))
  }

  show(row: Row<'group'>): Group {
    return showGroup(this.#parts.records, row)
  }

  /** Rejects with `name_invalid`, `name_taken` or `too_large`. The same id again answers it as it is. */
  async create(
    by: By,
    id: GroupId,
    { name, description }: { readonly name: string; readonly description: string },
  ): Promise<Group> {
    const createdAt = this.#parts.clock.nowMs()
    await this.#parts.records.transact((view) => {
      if (view.get('group', id)) return { changes: [], result: undefined }
      assertName(view, 'group', name, id)
      if (view.list('group').length >= MAX_GROUPS) {
        throw new SkeinError('too_large', { thing: 'list of groups', limit: `${MAX_GROUPS}` })
      }
      const changes: Change[] = [
        {
          ...({ op: 'create', kind: 'group', id } as const),
          groups: { profile: { name, description, createdAt }, members: { people: {} } },
        },
        { op: 'claim', claim: `group:${name}`, holder: id },
        audited(
          by,
          'group.create',
          { kind: 'group', id, name },
          undefined,
          begun({ name, description }),
        ),
      ]
      return { changes, result: undefined }
    })
    return this.#shown(id)
  }

  /** Rejects as `create`, and with `not_found` for the group, a person or a role. */
  async update(by: By, id: GroupId, patch: GroupPatch): Promise<Group> {
    await this.#parts.records.transact((view) => {
      const row = view.get('group', id)
      if (!row?.groups.profile) throw new SkeinError('not_found', { thing: 'group' })
      const changes = [...renamed(view, 'group', row, patch), ...regiven(view, row, patch)]
      if (changes.length > 0) {
        const target = { kind: 'group', id, name: row.groups.profile.name }
        const change = changed(stateOf(view, row), stateOf(view, row, patch))
        changes.push(audited(by, 'group.update', target, undefined, change))
      }
      return { changes, result: undefined }
    })
    return this.#shown(id)
  }

  /** What it gave its members ends. Twice is the same as once. */
  async remove(by: By, id: GroupId): Promise<void> {
    await this.#parts.records.transact((view) => {
      const row = view.get('group', id)
      if (!row) return { changes: [], result: undefined }
      const name = row.groups.profile?.name ?? ''
      const changes: Change[] = [
        { op: 'release', claim: `group:${name}`, holder: id },
        ...endVariables(view, id),
        { op: 'delete', kind: 'group', id },
        audited(
          by,
          'group.delete',
          { kind: 'group', id, name },
          undefined,
          ended(stateOf(view, row)),
        ),
      ]
      return { changes, result: undefined }
    })
  }

  #shown(id: GroupId): Group {
    const row = this.#parts.records.get('group', id)
    if (!row) throw new SkeinError('not_found', { thing: 'group' })
    return showGroup(this.#parts.records, row)
  }
}

function showGroup(view: Pick<View, 'get'>, row: Row<'group'>): Group {
  const { id, groups } = row
  const { managers } = resourceOfGroup(row)
  const { profile, members, roles, quota } = groups
  const people = named(view, keysIn(members?.people))
  return {
    id,
    name: profile?.name ?? id,
    description: profile?.description ?? '',
    members: people,
    managers: people.filter((one) => managers?.has(one.id)),
    roles: rolesIn(view, roles?.roles),
    quota: quota ?? {},
    createdAt: new Date(profile?.createdAt ?? 0).toISOString(),
  }
}

/** Those that there are, by name. */
function named(view: Pick<View, 'get'>, ids: readonly string[]): { id: string; name: string }[] {
  const people = ids.flatMap((id) => {
    const name = view.get('user', id as UserId)?.groups.profile?.username
    return name === undefined ? [] : [{ id, name }]
  })
  return people.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What a group is, or would be with the patch, for the audit; people and roles by name. */
function stateOf(
  view: Pick<View, 'get'>,
  row: Row<'group'>,
  patch: GroupPatch = {},
): Record<string, unknown> {
  const { groups } = row
  const { add = [], remove = [], addManagers = [], removeManagers = [] } = patch
  const nameOf = (id: string) => view.get('user', id as UserId)?.groups.profile?.username ?? id
  const held = keysIn(groups.members?.people).map(nameOf)
  const managing = [...(resourceOfGroup(row).managers ?? [])].map(nameOf)
  const without = [...remove.filter((name) => !add.includes(name)), ...removeManagers]
  return {
    name: patch.name ?? groups.profile?.name,
    description: patch.description ?? groups.profile?.description,
    members: [...new Set([...held.filter((name) => !remove.includes(name)), ...add])].sort(),
    managers: [
      ...new Set([...managing.filter((name) => !without.includes(name)), ...addManagers]),
    ].sort(),
    roles: roleNames(view, patch.roles ?? keysIn(groups.roles?.roles)),
    quota: patch.quota ?? groups.quota ?? {},
  }
}

/** Members, roles and quota. */
function regiven(view: View, row: Row<'group'>, patch: GroupPatch): Change[] {
  const { id } = row
  const { add = [], remove = [], roles, quota } = patch
  const people = membersAfter(view, row, add, remove)
  const changes: Change[] = []
  if (people) changes.push({ op: 'set', kind: 'group', id, group: 'members', value: { people } })
  const managing = managersAfter(view, row, people ?? row.groups.members?.people ?? {}, patch)
  if (managing) {
    const value = { people: managing }
    changes.push({ op: 'set', kind: 'group', id, group: 'managers', value })
  }
  const held = row.groups.roles?.roles
  if (roles && !sameKeys(keysIn(held), roles)) {
    for (const role of roles) {
      if (!view.get('role', role as RoleId)) throw new SkeinError('not_found', { thing: 'role' })
    }
    const value = { roles: markedExactly(held, roles) }
    changes.push({ op: 'set', kind: 'group', id, group: 'roles', value })
  }
  if (quota && JSON.stringify(quota) !== JSON.stringify(row.groups.quota ?? {})) {
    changes.push({ op: 'set', kind: 'group', id, group: 'quota', value: quota })
  }
  return changes
}

function membersAfter(
  view: View,
  row: Row<'group'>,
  add: readonly string[],
  remove: readonly string[],
) {
  const before = row.groups.members?.people ?? {}
  const gone = remove.map((name) => userOf(view, name)).reduce(unmarked, before)
  const after = add.map((name) => userOf(view, name)).reduce((all, id) => marked(all, id), gone)
  if (sameKeys(keysIn(before), keysIn(after))) return undefined
  if (keysIn(after).length > MAX_MEMBERS) {
    throw new SkeinError('too_large', { thing: 'group', limit: `${MAX_MEMBERS} people` })
  }
  return after
}

/** Members only: whoever is taken out, or put in again, manages nothing unless it is said anew. */
function managersAfter(
  view: View,
  row: Row<'group'>,
  members: Marks,
  { addManagers = [], removeManagers = [] }: GroupPatch,
): Marks | undefined {
  const before = row.groups.managers?.people ?? {}
  const ended = [
    ...keysIn(before).filter((id) => !isIn(members, id)),
    ...removeManagers.map((name) => userOf(view, name)),
  ]
  const gone = ended.reduce(unmarked, before)
  const given = addManagers.map((name) => ({ name, id: userOf(view, name) }))
  const stranger = given.find(({ id }) => !isIn(members, id))
  if (stranger) throw new SkeinError('not_found', { thing: `member “${stranger.name}”` })
  const after = given.reduce((all, { id }) => marked(all, id), gone)
  return sameKeys(keysIn(before), keysIn(after)) ? undefined : after
}

/** The changes that put somebody who is made in the same transaction into a group. */
export function joining(view: View, id: GroupId, userId: UserId): Change[] {
  const row = view.get('group', id)
  if (!row) return []
  const value = { people: marked(row.groups.members?.people, userId) }
  return [{ op: 'set', kind: 'group', id, group: 'members', value }]
}

function userOf(view: View, name: string): string {
  const id = view.holder(`user:${name}`)
  if (id === undefined) throw new SkeinError('not_found', { thing: `user “${name}”` })
  return id
}
