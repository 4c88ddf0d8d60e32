// What goes before everything else: taking a right away. Whoever was revoked is refused as soon as the next peer knows.

import { Context } from './context.ts'
import type { Delta } from './delta.ts'

/** Rows that are somebody's right to be let in, until they are deleted. */
const CREDENTIALS = new Set([
  'session',
  'token',
  'sshKey',
  'group',
  'role',
  'invitation',
  'credential',
])

/** Groups of fields that say who may do what. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  user: ['access', 'roles'],
  group: ['members', 'roles'],
  role: ['permissions'],
  credential: ['use', 'recovery'],
  space: ['people', 'identity'],
}

/** Whether a commit deletes a credential or writes who may do what. */
export function revokes({ tombstones, rows, spans }: Delta): boolean {
  if (tombstones.some(({ kind }) => CREDENTIALS.has(kind))) return true
  const written = Context.of(spans)
  return rows.some(
    ({ kind, birth, groups }) =>
      Object.hasOwn(RIGHTS, kind) &&
      // Who makes a space takes nothing from anybody.
      !(kind === 'space' && written.has(birth)) &&
      groups.some(({ name, version }) => RIGHTS[kind]?.includes(name) && written.has(version)),
  )
}
