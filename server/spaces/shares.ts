// Sharing a space with people and groups, and handing it over, decided against committed state: the changes that write it
// down. Pure.

import { type ShareLevel, shareLevels } from '#protocol/api/sharing-names.ts'
import { MAX_SHARES, type Share, type ShareSpace, type Space } from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { GroupId, SpaceId, UserId } from '#protocol/ids.ts'
import { audited, type By, changed } from '../identity/audit.ts'
import { levelOf, type Subject } from '../identity/policy.ts'
import { resourceOf } from '../identity/subject.ts'
import { keysIn, type Marks, marked, markOf, unmarked } from '../records/marks.ts'
import type { Change, ClaimKey, Decision, Row, View } from '../records/records.ts'
import { claimAnew } from '../records/renaming.ts'
import type { QuotaCheck } from './quotas.ts'

const none: Marks = {}

/** Throws `not_found` for who is not here, `share_owner` or `too_large`. */
export function decideShareSpace(
  view: View,
  by: By,
  id: SpaceId,
  wish: ShareSpace,
): Decision<void> {
  const row = whole(view, id)
  const key = holderOf(view, wish)
  if (key === row.groups.identity?.ownerId) throw new SkeinError('share_owner', { name: wish.name })
  const { users = none, groups = none } = row.groups.people ?? {}
  const before = wish.kind === 'user' ? users : groups
  if (markOf(before, key)?.as === (wish.level ?? undefined)) {
    return { changes: [], result: undefined }
  }
  const after = wish.level === null ? unmarked(before, key) : marked(before, key, wish.level)
  const value = wish.kind === 'user' ? { users: after, groups } : { users, groups: after }
  if (keysIn(value.users).length + keysIn(value.groups).length > MAX_SHARES) {
    throw new SkeinError('too_large', { thing: 'list of shares', limit: `${MAX_SHARES}` })
  }
  const detail = { [wish.kind]: wish.name, level: wish.level ?? 'none' }
  const changes: Change[] = [
    { op: 'set', kind: 'space', id, group: 'people', value },
    audited(
      by,
      wish.level === null ? 'space.unshare' : 'space.share',
      targetOf(row),
      detail,
      changed({ level: markOf(before, key)?.as ?? null }, { level: wish.level }),
    ),
  ]
  return { changes, result: undefined }
}

function holderOf(view: View, { kind, name }: ShareSpace): string {
  const id = view.holder(`${kind}:${name}`)
  if (id === undefined) throw new SkeinError('not_found', { thing: `${kind} “${name}”` })
  return id
}

/** Who it belongs to from then on. Shares stay, but that of the new owner. Throws `name_taken` and a quota's code. */
export function decideTransfer(
  view: View,
  by: By,
  id: SpaceId,
  to: string,
  assertQuota: QuotaCheck,
): Decision<void> {
  const row = whole(view, id)
  const { identity, name, people } = row.groups
  if (!identity || !name) throw new SkeinError('not_found', { thing: 'space' })
  const ownerId = view.holder(`user:${to}`) as UserId | undefined
  const access = ownerId && view.get('user', ownerId)?.groups.access
  if (!ownerId || !access) throw new SkeinError('not_found', { thing: `user “${to}”` })
  if (access.disabled) throw new SkeinError('user_disabled', { name: to })
  if (ownerId === identity.ownerId) return { changes: [], result: undefined }
  const claimOf = (owner: UserId): ClaimKey => `space:${owner}/${name.name}`
  if (view.holder(claimOf(ownerId)) !== undefined) {
    throw new SkeinError('name_taken', { name: name.name })
  }
  assertQuota(view, ownerId, row)
  const shared = people && markOf(people.users, ownerId)
  const changes: Change[] = [
    { op: 'release', claim: claimOf(identity.ownerId), holder: id },
    ...claimAnew(view, claimOf(ownerId), id),
    { op: 'set', kind: 'space', id, group: 'identity', value: { ...identity, ownerId } },
    // Written anew with its claim, so that no peer takes the claim for one of an older name.
    { op: 'set', kind: 'space', id, group: 'name', value: name },
    ...(people && shared
      ? [
          {
            ...({ op: 'set', kind: 'space', id, group: 'people' } as const),
            value: { ...people, users: unmarked(people.users, ownerId) },
          },
        ]
      : []),
    audited(
      by,
      'space.transfer',
      targetOf(row),
      undefined,
      changed({ owner: nameOf(view, identity.ownerId) }, { owner: to }),
    ),
  ]
  return { changes, result: undefined }
}

/** What the space is to whoever asks, and, to who may share or govern it, with whom it is shared. */
export function standingOf(
  view: Pick<View, 'get'>,
  subject: Subject,
  row: Row<'space'>,
): Pick<Space, 'standing' | 'shares'> {
  const standing = levelOf(subject, resourceOf(row)) ?? 'administrator'
  if (standing === 'viewer' || standing === 'user') return { standing }
  return { standing, shares: sharesOf(view, row) }
}

function sharesOf(view: Pick<View, 'get'>, { groups }: Row<'space'>): Share[] {
  const shares = (kind: Share['kind'], marks: Marks | undefined): Share[] =>
    keysIn(marks).flatMap((id) => {
      const as = markOf(marks, id)?.as
      const name =
        kind === 'user'
          ? view.get('user', id as UserId)?.groups.profile?.username
          : view.get('group', id as GroupId)?.groups.profile?.name
      // Of somebody who is gone nothing is left to take away, and a level of a newer version is none here.
      return name !== undefined && isLevel(as) ? [{ kind, id, name, level: as }] : []
    })
  return [...shares('user', groups.people?.users), ...shares('group', groups.people?.groups)]
}

const isLevel = (text: string | undefined): text is ShareLevel =>
  shareLevels.some((level) => level === text)

const nameOf = (view: Pick<View, 'get'>, id: UserId): string =>
  view.get('user', id)?.groups.profile?.username ?? id

function whole(view: View, id: SpaceId): Row<'space'> {
  const row = view.get('space', id)
  if (!row || row.groups.desired?.state === 'deleted') {
    throw new SkeinError('not_found', { thing: 'space' })
  }
  return row
}

const targetOf = ({ id, groups }: Row<'space'>) => ({
  kind: 'space',
  id,
  name: groups.name?.name ?? id,
})
