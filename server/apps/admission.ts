// Whether somebody may open an app's host, decided anew for every request: sharing that was withdrawn holds no longer.

import type { SpaceId, UserId } from '#protocol/ids.ts'
import { may, type Subject } from '../identity/policy.ts'
import { resourceOf } from '../identity/subject.ts'
import type { Row, View } from '../records/records.ts'
import type { AppHost } from './host.ts'
import { judge, sharingOf } from './sharing.ts'

export type Admission =
  | {
      readonly kind: 'open'
      readonly space: Row<'space'>
      readonly port: number
      readonly owns: boolean
    }
  /** Said of everything that a stranger may not open, whether it exists or not. */
  | { readonly kind: 'sign-in' }
  /** Said to people who are signed in, of everything of others that is not theirs to open. */
  | { readonly kind: 'refused' }
  /** Said to owners of what they do not have. */
  | { readonly kind: 'unknown' }

export interface Sources {
  readonly records: Pick<View, 'get' | 'holder'>
  /** The port of an app of the space, by its name as a label. */
  appPort(spaceId: SpaceId, slug: string): number | undefined
}

export function admitTo(sources: Sources, host: AppHost, person: Subject | undefined): Admission {
  const { records } = sources
  const ownerId = records.holder(`user:${host.user}`) as UserId | undefined
  const spaceId =
    ownerId && (records.holder(`space:${ownerId}/${host.space}`) as SpaceId | undefined)
  const space = spaceId && records.get('space', spaceId)
  const port = space && (host.port ?? sources.appPort(space.id, host.target))
  const userId = person?.userId
  const owns = userId !== undefined && userId === ownerId
  if (!space || port === undefined) {
    if (owns) return { kind: 'unknown' }
    return { kind: userId === undefined ? 'sign-in' : 'refused' }
  }
  // Whoever may enter the space reaches its ports by ssh as well.
  const enters = may(person, 'space.enter', resourceOf(space))
  const verdict = judge(sharingOf(space, port), enters, userId)
  return verdict === 'open' ? { kind: 'open', space, port, owns } : { kind: verdict }
}
