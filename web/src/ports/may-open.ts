// Whether an app or port may be opened by whoever looks at the page. Only for what is offered: the server decides. Pure.

import type { PortAccess } from '#protocol/api/spaces.ts'

interface Viewer {
  /** The space is the viewer's own. */
  readonly mine: boolean
  readonly userId?: string
}

/** An administrator sees spaces of others, but what is inside is its owner's and theirs with whom it is shared. */
export function mayOpen({ visibility, people }: Partial<PortAccess>, viewer: Viewer): boolean {
  if (viewer.mine || visibility === 'public' || visibility === 'signed-in') return true
  return visibility === 'people' && (people ?? []).some(({ id }) => id === viewer.userId)
}
