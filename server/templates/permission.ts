// Whether a version of a template may reach what its text reaches. The permission is kept with the version, says what was
// allowed word by word, and is asked for twice: when the version is saved and when a space starts from it.

import { SkeinError } from '#protocol/errors.ts'
import type { KindGroups } from '../records/kinds.ts'

export type Permission = KindGroups['templateVersion']['permission']

/** Throws `template_not_allowed`, with what was not. */
export function assertAllowed(
  reaches: readonly string[],
  permission: Pick<Permission, 'reaches'> | undefined,
): void {
  const allowed = new Set(permission?.reaches)
  const refused = reaches.filter((reach) => !allowed.has(reach))
  if (refused.length === 0) return
  throw new SkeinError('template_not_allowed', { reaches: refused.join('; ').slice(0, 1000) })
}
