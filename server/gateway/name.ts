// The user part of `ssh NAME@peer`: SPACE for one's own, OWNER+SPACE for another's. A name finds a space and opens
// nothing: who may enter is asked of policy, by the space's id. Pure.

import { isSpaceName, isUserName } from '#protocol/names.ts'

export interface SpaceName {
  /** Absent for a space of whoever asks. */
  readonly owner?: string
  readonly space: string
}

/** Undefined for what cannot be a name: an option, a path, a shell's characters, bytes that no screen shows. */
export function parseName(user: string): SpaceName | undefined {
  const plus = user.indexOf('+')
  const space = user.slice(plus + 1)
  if (!isSpaceName(space)) return undefined
  if (plus < 0) return { space }
  const owner = user.slice(0, plus)
  return isUserName(owner) ? { owner, space } : undefined
}

/** As it may be shown on a terminal: what is no name is not repeated. */
export function shownName(user: string): string {
  const name = parseName(user)
  if (name === undefined) return 'of that name'
  return name.owner === undefined ? `“${name.space}”` : `“${name.owner}+${name.space}”`
}
