// Who may open a port. Pure: the record of the space, who asks, and the answer.

import type { Ref } from '#protocol/api/parts.ts'
import type { Visibility } from '#protocol/api/sharing-names.ts'
import type { PortAccess } from '#protocol/api/spaces.ts'
import type { UserId } from '#protocol/ids.ts'
import type { KindGroups } from '../records/kinds.ts'
import type { Row, View } from '../records/records.ts'

export type Sharing = KindGroups['space']['sharing']
export type PortSharing = Sharing['ports'][string]

/** A port that nobody shared is its owner's. */
const OWNERS: PortSharing = { visibility: 'owner', people: [] }

export function sharingOf(row: Row<'space'>, port: number): PortSharing {
  return row.groups.sharing?.ports[String(port)] ?? OWNERS
}

export type Verdict = 'open' | 'sign-in' | 'refused'

/** `userId` is whoever is signed in, `enters` whether they may go into the space. Being an administrator opens nothing: what is inside a space is its owner's. */
export function judge(
  { visibility, people }: PortSharing,
  enters: boolean,
  userId: UserId | undefined,
): Verdict {
  if (visibility === 'public') return 'open'
  if (userId === undefined) return 'sign-in'
  if (visibility === 'signed-in' || enters) return 'open'
  return visibility === 'people' && people.includes(userId) ? 'open' : 'refused'
}

/** As the API shows it, without its address. */
export function showAccess(
  records: View,
  row: Row<'space'>,
  port: number,
): Omit<PortAccess, 'url'> {
  const { visibility, people } = sharingOf(row, port)
  return {
    visibility: visibility satisfies Visibility,
    people: people.map((id) => refOf(records, id)),
  }
}

/** Ports that are shared, whether anything listens there or not. */
export const sharedPorts = (row: Row<'space'>): number[] =>
  Object.keys(row.groups.sharing?.ports ?? {}).map(Number)

const refOf = (records: View, id: UserId): Ref => ({
  id,
  name: records.get('user', id)?.groups.profile?.username ?? id,
})
