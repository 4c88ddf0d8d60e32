// Where variables are set, from the widest scope to the narrowest. The narrower one counts: what somebody says of one
// template is meant to differ from what holds on the whole server, and one's own token is used before the group's.

import { type Id, makeId, type TemplateId, type UserId } from '#protocol/ids.ts'
import { groupsOf } from '../identity/subject.ts'
import type { View } from '../records/records.ts'

/** The owner of what is set for the whole server: an id that nothing is ever given. */
export const EVERYBODY: Id = makeId(0, new Uint8Array(10))

/**
 * The owners whose values a space sees, the widest first. Of groups the one that was made later counts, so that which
 * it is does not hang on anybody's name.
 */
export function ownersFor(
  view: Pick<View, 'list'>,
  { ownerId, templateId }: { readonly ownerId: UserId; readonly templateId: TemplateId },
): readonly Id[] {
  const groups = groupsOf(view, ownerId).map(({ id }): Id => id)
  return [EVERYBODY, templateId, ...groups.toSorted(), ownerId]
}
