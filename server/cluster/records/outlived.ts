// Claims of names that their holders bear no more. Who renames releases the name of before and claims the next; of two
// renamings that did not know of each other the later name stays, and the other's claim is nobody's to release. The same
// is left of one that was renamed here and deleted there. Pure, and the same on every peer.

import type { Id } from '#protocol/ids.ts'
import type { Change, ClaimKey, Version, View } from '../../records/records.ts'
import { compareVersions } from '../../records/version.ts'
import type { StoredClaim } from '../../store/store.ts'

/** Whether a row of this kind was deleted, as far as that is still known. */
export type WasDeleted = (kind: string, id: string) => boolean

interface Borne {
  readonly key: ClaimKey
  readonly version: Version
}

/**
 * The changes that give back an outlived claim; none while it may still be wanted. Only what is older than the name that
 * its holder bears: later is a renaming whose name is not shown yet. And only while that name is free or the holder's own:
 * else the holder has a name to find first (`displaced.ts`).
 */
export function giveBack(view: View, stored: StoredClaim, wasDeleted: WasDeleted): Change[] {
  const claim = stored.claim as ClaimKey
  const holder = stored.holder as Id
  const kind = claim.slice(0, claim.indexOf(':'))
  if (!Object.hasOwn(names, kind)) return []
  const release: Change = { op: 'release', claim, holder }
  if (wasDeleted(kind, holder)) return [release]
  const borne = names[kind]?.(view, holder)
  if (!borne || borne.key === claim || compareVersions(stored.version, borne.version) >= 0)
    return []
  const bearer = view.holder(borne.key)
  if (bearer === undefined) return [release, { op: 'claim', claim: borne.key, holder }]
  return bearer === holder ? [release] : []
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
