// What goes before everything else: taking a right away. Whoever was revoked is refused as soon as the next peer knows.

import { Context } from './context.ts'
import type { Delta } from './delta.ts'

/** Rows that are somebody's right to be let in, until they are deleted. */
const CREDENTIALS = new Set(['session', 'token', 'sshKey'])

/** Whether a commit deletes a credential or writes who a user is allowed to be. */
export function revokes({ tombstones, rows, spans }: Delta): boolean {
  if (tombstones.some(({ kind }) => CREDENTIALS.has(kind))) return true
  const written = Context.of(spans)
  return rows.some(
    ({ kind, groups }) =>
      kind === 'user' &&
      groups.some(({ name, version }) => name === 'access' && written.has(version)),
  )
}
