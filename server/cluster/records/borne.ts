// The name that a row bears, and the claim that goes with it. The two are written together, but of writes that did not know of
// each other the later name stays while every claim does: a row may come to bear a name that it no longer claims.

import type { Id } from '#protocol/ids.ts'
import type { ClaimKey, Version, View } from '../../records/records.ts'

export interface Borne {
  readonly key: ClaimKey
  /** Of the group that holds the name. */
  readonly version: Version
}

export const bearsNames = (kind: string): boolean => Object.hasOwn(names, kind)

/** Nothing when rows of this kind bear no name, or when this one is not here. */
export function bearing(view: View, kind: string, id: string): Borne | undefined {
  return bearsNames(kind) ? names[kind]?.(view, id as Id) : undefined
}

const names: Readonly<Record<string, (view: View, id: Id) => Borne | undefined>> = {
  user: (view, id) => {
    const { groups, versions } = view.get('user', id as Id<'user'>) ?? {}
    return borne(groups?.profile && `user:${groups.profile.username}`, versions?.profile)
  },
  space: (view, id) => {
    const { groups, versions } = view.get('space', id as Id<'space'>) ?? {}
    const { identity, name } = groups ?? {}
    return borne(identity && name && `space:${identity.ownerId}/${name.name}`, versions?.name)
  },
  group: (view, id) => {
    const { groups, versions } = view.get('group', id as Id<'group'>) ?? {}
    return borne(groups?.profile && `group:${groups.profile.name}`, versions?.profile)
  },
  role: (view, id) => {
    const { groups, versions } = view.get('role', id as Id<'role'>) ?? {}
    return borne(groups?.profile && `role:${groups.profile.name}`, versions?.profile)
  },
  template: (view, id) => {
    const { groups, versions } = view.get('template', id as Id<'template'>) ?? {}
    return borne(groups?.meta && `template:${groups.meta.name}`, versions?.meta)
  },
}

const borne = (key: ClaimKey | undefined, version: Version | undefined): Borne | undefined =>
  key && version && { key, version }
