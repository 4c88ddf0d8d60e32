// Claims of names that their holders bear no more. Who renames releases the name of before and claims the next; of two
// renamings that did not know of each other the later name stays, and the other's claim is nobody's to release. The same
// is left of one that was renamed here and deleted there. Pure, and the same on every peer.

import type { Id } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Change, ClaimKey, View } from '../../records/records.ts'
import { compareVersions } from '../../records/version.ts'
import type { StoredClaim } from '../../store/store.ts'
import { bearing, bearsNames } from './borne.ts'
import { ownName } from './displaced.ts'

/** Whether a row of this kind was deleted, as far as that is still known. */
export type WasDeleted = (kind: string, id: string) => boolean

export interface Looking {
  readonly wasDeleted: WasDeleted
  /** In whose name it is done. */
  readonly actor: Actor
}

/**
 * The changes that give back an outlived claim; none while it may still be wanted. Only what is older than the name that
 * its holder bears: later is a renaming whose name is not shown yet. And never without a name that is the holder's own: if
 * it lost the claim of that, it claims it again, or is called otherwise.
 */
export function giveBack(
  view: View,
  stored: StoredClaim,
  { wasDeleted, actor }: Looking,
): Change[] {
  const claim = stored.claim as ClaimKey
  const holder = stored.holder as Id
  const kind = claim.slice(0, claim.indexOf(':'))
  const release: Change = { op: 'release', claim, holder }
  if (bearsNames(kind) && wasDeleted(kind, holder)) return [release]
  const borne = bearing(view, kind, holder)
  if (!borne || borne.key === claim || compareVersions(stored.version, borne.version) >= 0)
    return []
  const owning = ownName(view, kind, holder, actor)
  return owning ? [release, ...owning] : []
}
