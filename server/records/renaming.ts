// How a row takes a name on that it may have had before.

import type { Id } from '#protocol/ids.ts'
import type { Change, ClaimKey, View } from './records.ts'

/**
 * The claim of a name that is taken on now. One that was left of an earlier renaming is not relied on: another peer may be
 * giving it back.
 */
export function claimAnew(view: View, claim: ClaimKey, holder: Id): Change[] {
  const made: Change = { op: 'claim', claim, holder }
  return view.holder(claim) === holder ? [{ op: 'release', claim, holder }, made] : [made]
}
