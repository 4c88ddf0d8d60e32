// What a route acts on, found by the ids in its path: the row, and whose it is for the policy.

import { SkeinError } from '#protocol/errors.ts'
import { type Id, isId } from '#protocol/ids.ts'
import { assertByPassword, type Person } from '../identity/credential.ts'
import { type Action, actions, may, type Resource } from '../identity/policy.ts'
import { resourceOf, resourceOfGroup } from '../identity/subject.ts'
import type { Records, Row } from '../records/records.ts'

export interface Targets {
  none: undefined
  space: Row<'space'>
  user: Row<'user'>
  session: Row<'session'>
  key: Row<'sshKey'>
  token: Row<'token'>
  template: Row<'template'>
  group: Row<'group'>
  role: Row<'role'>
  invitation: Row<'invitation'>
}
export type TargetName = keyof Targets

export interface Found<T> {
  readonly target: T
  readonly resource: Resource
}

type Finder<T> = (records: Records, id: string) => Found<T> | undefined

const finders: { [N in TargetName]: Finder<Targets[N]> } = {
  none: () => ({ target: undefined, resource: {} }),
  space: (records, id) => {
    const target = records.get('space', id as Id<'space'>)
    return target?.groups.identity && { target, resource: resourceOf(target) }
  },
  user: (records, id) => {
    const target = records.get('user', id as Id<'user'>)
    return target && { target, resource: { ownerId: target.id } }
  },
  session: (records, id) => {
    const target = records.get('session', id as Id<'session'>)
    const ownerId = target?.groups.start?.userId
    return target && ownerId && { target, resource: { ownerId } }
  },
  key: (records, id) => {
    const target = records.get('sshKey', id as Id<'sshKey'>)
    const ownerId = target?.groups.body?.userId
    return target && ownerId && { target, resource: { ownerId } }
  },
  token: (records, id) => {
    const target = records.get('token', id as Id<'token'>)
    const ownerId = target?.groups.body?.userId
    return target && ownerId && { target, resource: { ownerId } }
  },
  template: (records, id) => {
    const target = records.get('template', id as Id<'template'>)
    return target && { target, resource: {} }
  },
  group: (records, id) => {
    const target = records.get('group', id as Id<'group'>)
    return target && { target, resource: resourceOfGroup(target) }
  },
  role: (records, id) => {
    const target = records.get('role', id as Id<'role'>)
    return target && { target, resource: {} }
  },
  invitation: (records, id) => {
    const target = records.get('invitation', id as Id<'invitation'>)
    return target && { target, resource: {} }
  },
}

/** Who may know that it exists at all, by any of these; everyone else is told that it does not. */
const seeing: { [N in TargetName]?: readonly Action[] } = {
  space: ['space.see'],
  user: ['user.see'],
  session: ['session.see'],
  key: ['key.see'],
  token: ['token.see'],
  group: ['group.list', 'group.see'],
  role: ['role.list'],
  invitation: ['invitation.list'],
}

/** The target, if `person` may do `action` to it. Throws `not_signed_in`, `token_forbidden`, `not_found` or `forbidden`. */
export function admit<N extends TargetName>(
  records: Records,
  name: N,
  id: string | undefined,
  action: Action,
  person: Person | undefined,
): Targets[N] {
  // Asked before anything is looked up: a stranger learns nothing about ids.
  if (!person && actions[action].rule !== 'anyone') throw new SkeinError('not_signed_in')
  assertByPassword(person, action)
  const known = name === 'none' || (id !== undefined && isId(id))
  const found = known ? finders[name](records, id ?? '') : undefined
  const see = seeing[name]
  const sees = (action: Action) => found !== undefined && may(person, action, found.resource)
  if (!found || (see && !see.some(sees))) {
    throw new SkeinError('not_found', { thing: name })
  }
  if (!may(person, action, found.resource)) {
    const { verb, thing } = actions[action]
    throw new SkeinError('forbidden', { action: verb, thing })
  }
  return found.target
}
