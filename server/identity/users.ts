// People: made, changed, disabled and deleted. Whatever takes rights away also ends the sessions that carry them.

import { isDeepStrictEqual } from 'node:util'
import type { Ref } from '#protocol/api/parts.ts'
import type { Quota, Role, User } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { RoleId, UserId } from '#protocol/ids.ts'
import { isUserName } from '#protocol/names.ts'
import { isIn, keysIn, type Marks, markedExactly } from '../records/marks.ts'
import {
  type Change,
  type Decision,
  MAX_CHANGES,
  type Records,
  type Row,
  type View,
} from '../records/records.ts'
import { endVariables } from '../values/end.ts'
import { audited, type By, begun, changed, ended } from './audit.ts'
import { type Person, sessionClaims } from './credential.ts'
import { endCredential } from './factors.ts'
import type { Passwords } from './passwords.ts'
import { endSession } from './sessions.ts'
import { freshId, type Makers } from './settings.ts'
import { removal } from './ssh-keys.ts'
import { endToken } from './tokens.ts'

/** 120 bits, twenty characters. */
const RESET_BYTES = 15

export interface NewUser {
  readonly id?: UserId
  readonly username: string
  readonly displayName: string
  readonly role: Role
  readonly password: string
}

export interface UserPatch {
  readonly displayName?: string | undefined
  readonly role?: Role | undefined
  readonly disabled?: boolean | undefined
  readonly password?: string | undefined
  /** Ids of custom roles, all of them. */
  readonly roles?: readonly string[] | undefined
  /** The person's own, all of it. */
  readonly quota?: Quota | undefined
}

interface UserParts extends Makers {
  readonly records: Records
  readonly passwords: Passwords
}

export class Users {
  readonly #parts: UserParts

  constructor(parts: UserParts) {
    this.#parts = parts
  }

  list(): User[] {
    const { records } = this.#parts
    const groups = records.list('group')
    return records.list('user').map((row) => showUser(records, row, groups))
  }

  show(id: UserId): User | undefined {
    const row = this.#parts.records.get('user', id)
    return row && showUser(this.#parts.records, row)
  }

  /** Rejects with `name_invalid`, `name_taken`, `password_weak`. The same id again answers the user as it is. */
  async create(by: By, input: NewUser): Promise<User> {
    const id = input.id ?? freshId<'user'>(this.#parts)
    const passwordHash = await this.#parts.passwords.hash(input.password)
    const createdAt = this.#parts.clock.nowMs()
    await this.#parts.records.transact((view) => {
      const held = view.get('user', id)
      if (held?.groups.profile?.username === input.username)
        return { changes: [], result: undefined }
      if (held) throw new SkeinError('conflict', { thing: 'user' })
      const user = { ...input, id, passwordHash, createdAt }
      const target = { kind: 'user', id, name: input.username }
      const { username, displayName, role } = input
      const given = begun({ username, displayName, role })
      const note = audited(by, 'user.create', target, undefined, given)
      return { changes: [...newUser(view, user), note], result: undefined }
    })
    return this.#shown(id)
  }

  /** Rejects with `last_administrator`, `password_weak`, `not_found`. */
  async update(by: By, id: UserId, patch: UserPatch): Promise<User> {
    const hash =
      patch.password === undefined ? undefined : await this.#parts.passwords.hash(patch.password)
    await this.#parts.records.transact((view) => {
      const { row, profile, access } = whole(view, id)
      const role = patch.role ?? access.role
      const disabled = patch.disabled ?? access.disabled
      if (role !== 'administrator' || disabled) assertOtherAdministrator(view, id)
      const displayName = patch.displayName ?? profile.displayName
      const changes: Change[] = []
      if (displayName !== profile.displayName) {
        changes.push({
          op: 'set',
          kind: 'user',
          id,
          group: 'profile',
          value: { ...profile, displayName },
        })
      }
      if (hash !== undefined) changes.push(newSecret(id, hash))
      const ends = hash !== undefined || disabled !== access.disabled
      if (ends) changes.push(...view.list('session', { userId: id }).map(endSession))
      if (ends || role !== access.role) {
        const value = { role, disabled, epoch: access.epoch + (ends ? 1 : 0) }
        changes.push({ op: 'set', kind: 'user', id, group: 'access', value })
      }
      changes.push(...givenChanges(view, row, patch))
      if (changes.length > 0) {
        const password = patch.password === undefined ? undefined : { password: 'changed' }
        const change = changed(stateOf(view, row), stateOf(view, row, patch))
        changes.push(audited(by, 'user.update', targetOf(row), password, change))
      }
      return { changes, result: undefined }
    })
    return this.#shown(id)
  }

  /** That whoever is signed in knows the password. Rejects with `bad_credentials`. */
  async prove(id: UserId, password: string): Promise<void> {
    const stored = this.#parts.records.get('user', id)?.groups.secret?.passwordHash
    if (await this.#parts.passwords.verify(password, stored)) return
    throw new SkeinError('bad_credentials')
  }

  /**
   * Changes one's own password and signs out everywhere else; the caller renews its own token afterwards. Rejects
   * with `bad_credentials` when `current` does not fit.
   */
  async changePassword(
    by: By,
    person: Person,
    { current, next }: { current: string; next: string },
  ): Promise<void> {
    const { records, passwords } = this.#parts
    const { sessionId } = sessionClaims(person)
    const stored = records.get('user', person.userId)?.groups.secret?.passwordHash
    if (!(await passwords.verify(current, stored))) throw new SkeinError('bad_credentials')
    const hash = await passwords.hash(next)
    await records.transact((view) => {
      const { row, access } = whole(view, person.userId)
      // Two changes at once: the second must have known the first's password.
      if (row.groups.secret?.passwordHash !== stored) throw new SkeinError('bad_credentials')
      const others = view.list('session', { userId: row.id }).filter(({ id }) => id !== sessionId)
      const value = { ...access, epoch: access.epoch + 1 }
      const changes: Change[] = [
        newSecret(row.id, hash),
        { op: 'set', kind: 'user', id: row.id, group: 'access', value },
        ...others.map(endSession),
        audited(by, 'user.password', targetOf(row)),
      ]
      return { changes, result: undefined }
    })
  }

  /** For whoever holds the machine: a random password that is told once, and no second factor. Rejects with `not_found`. */
  async resetPassword(by: By, username: string): Promise<string> {
    const id = this.#parts.records.holder(`user:${username}`) as UserId | undefined
    if (id === undefined) throw new SkeinError('not_found', { thing: 'user' })
    const password = Buffer.from(this.#parts.random(RESET_BYTES)).toString('base64url')
    await this.update(by, id, { password, disabled: false })
    await this.#parts.records.transact((view) => ({
      changes: view.list('credential', { userId: id }).map(endCredential),
      result: undefined,
    }))
    return password
  }

  /** Rejects with `last_administrator`, `user_has_spaces`, `not_found`. */
  async remove(by: By, id: UserId): Promise<void> {
    const { records } = this.#parts
    while (!(await records.transact((view) => removeSome(view, by, id))));
  }

  #shown(id: UserId): User {
    const user = this.show(id)
    if (!user) throw new SkeinError('not_found', { thing: 'user' })
    return user
  }
}

/** The changes that make a user. Throws `name_invalid` and `name_taken`. */
export function newUser(
  view: View,
  user: Omit<NewUser, 'id' | 'password'> & { id: UserId; passwordHash: string; createdAt: number },
): Change[] {
  const { id, username, passwordHash, role, createdAt } = user
  if (!isUserName(username)) throw new SkeinError('name_invalid', { name: username })
  if (view.holder(`user:${username}`)) throw new SkeinError('name_taken', { name: username })
  const profile = { username, displayName: user.displayName, createdAt }
  const access = { role, disabled: false, epoch: 1 }
  return [
    { op: 'create', kind: 'user', id, groups: { profile, secret: { passwordHash }, access } },
    { op: 'claim', claim: `user:${username}`, holder: id },
  ]
}

export function showUser(
  view: Pick<View, 'get' | 'list'>,
  { id, groups: { profile, access, roles } }: Row<'user'>,
  groups = view.list('group'),
): User {
  return {
    id,
    username: profile?.username ?? id,
    displayName: profile?.displayName ?? '',
    role: access?.role ?? 'member',
    disabled: access?.disabled ?? true,
    createdAt: new Date(profile?.createdAt ?? 0).toISOString(),
    roles: rolesIn(view, roles?.roles),
    groups: groups
      .filter((group) => isIn(group.groups.members?.people, id))
      .map((group) => ({ id: group.id, name: group.groups.profile?.name ?? group.id })),
    hasSecondFactor: view
      .list('credential', { userId: id })
      .some((row) => row.groups.confirmed !== undefined),
  }
}

/** Those of the set that there are. */
export const rolesIn = (view: Pick<View, 'get'>, given: Marks | undefined): Ref[] =>
  keysIn(given).flatMap((id) => {
    const name = view.get('role', id as RoleId)?.groups.profile?.name
    return name === undefined ? [] : [{ id, name }]
  })

function givenChanges(view: View, row: Row<'user'>, { roles, quota }: UserPatch): Change[] {
  const { id } = row
  const held = row.groups.roles?.roles
  const changes: Change[] = []
  if (roles && !sameKeys(keysIn(held), roles)) {
    for (const role of roles) {
      if (!view.get('role', role as RoleId)) throw new SkeinError('not_found', { thing: 'role' })
    }
    const value = { roles: markedExactly(held, roles) }
    changes.push({ op: 'set', kind: 'user', id, group: 'roles', value })
  }
  if (quota && !isDeepStrictEqual(quota, row.groups.quota ?? {})) {
    changes.push({ op: 'set', kind: 'user', id, group: 'quota', value: quota })
  }
  return changes
}

export const sameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === new Set(b).size && b.every((key) => a.includes(key))

const newSecret = (id: UserId, passwordHash: string): Change => ({
  op: 'set',
  kind: 'user',
  id,
  group: 'secret',
  value: { passwordHash },
})

function whole(view: View, id: UserId) {
  const row = view.get('user', id)
  const { profile, access } = row?.groups ?? {}
  if (!row || !profile || !access) throw new SkeinError('not_found', { thing: 'user' })
  return { row, profile, access }
}

function assertOtherAdministrator(view: View, id: UserId): void {
  const governs = (row: Row<'user'> | undefined): boolean =>
    row?.groups.access?.role === 'administrator' && !row.groups.access.disabled
  if (!governs(view.get('user', id))) return
  const other = view.list('user').some((row) => row.id !== id && governs(row))
  if (!other) throw new SkeinError('last_administrator')
}

/**
 * A person may have more keys, tokens and sessions than one transaction takes: those go first, as many at a time as
 * fit, and the person with the last. The result says whether that was it.
 */
function removeSome(view: View, by: By, id: UserId): Decision<boolean> {
  const { row, profile } = whole(view, id)
  assertOtherAdministrator(view, id)
  const count = view.list('space', { ownerId: id }).length
  if (count > 0) throw new SkeinError('user_has_spaces', { count })
  const belongings: Change[] = [
    // Two changes each, and the limit is even: no key is cut in two.
    ...view.list('sshKey', { userId: id }).flatMap(removal),
    ...view.list('token', { userId: id }).map(endToken),
    ...view.list('session', { userId: id }).map(endSession),
    ...view.list('credential', { userId: id }).map(endCredential),
    ...endVariables(view, id),
  ]
  const end: Change[] = [
    { op: 'release', claim: `user:${profile.username}`, holder: id },
    { op: 'delete', kind: 'user', id },
    audited(by, 'user.delete', targetOf(row), undefined, ended(stateOf(view, row))),
  ]
  const changes = [...belongings, ...end]
  if (changes.length <= MAX_CHANGES) return { changes, result: true }
  return { changes: belongings.slice(0, MAX_CHANGES), result: false }
}

const targetOf = (row: Row<'user'>) => ({
  kind: 'user',
  id: row.id,
  name: row.groups.profile?.username ?? '',
})

/** What a person is, or would be with the patch, for the audit: never the password. Roles by name. */
function stateOf(
  view: Pick<View, 'get'>,
  { groups }: Row<'user'>,
  patch: UserPatch = {},
): Record<string, unknown> {
  const roles = patch.roles ?? keysIn(groups.roles?.roles)
  return {
    displayName: patch.displayName ?? groups.profile?.displayName,
    role: patch.role ?? groups.access?.role,
    disabled: patch.disabled ?? groups.access?.disabled,
    roles: roleNames(view, roles),
    quota: patch.quota ?? groups.quota ?? {},
  }
}

/** Sorted; an id where the role is gone. */
export const roleNames = (view: Pick<View, 'get'>, ids: readonly string[]): string[] =>
  [...new Set(ids)].map((id) => view.get('role', id as RoleId)?.groups.profile?.name ?? id).sort()
