// Which lines the picture draws: between peers that say that they have one, and where two that are there have none.

import type { PeerInfo } from '#protocol/api/peers.ts'

export interface Tie {
  readonly from: string
  readonly to: string
  /** `cut`: both are there and neither has a line to the other. */
  readonly kind: 'line' | 'cut'
}

/** With more peers than this only what is cut and the lines of one of them are drawn: a ring, not a hairball. */
export const MAX_WOVEN = 8

const isThere = ({ state }: PeerInfo): boolean => state === 'alive' || state === 'suspect'

/** `of` is the peer whose lines are drawn when there are many. */
export function tiesOf(peers: readonly PeerInfo[], of: string | undefined): Tie[] {
  const there = peers.filter(isThere)
  return there.flatMap((a, i) =>
    there.slice(i + 1).flatMap((b): Tie[] => {
      const kind = kindOf(a, b)
      if (!kind) return []
      const isDrawn = there.length <= MAX_WOVEN || kind === 'cut' || a.id === of || b.id === of
      return isDrawn ? [{ from: a.id, to: b.id, kind }] : []
    }),
  )
}

/** Undefined as long as neither has said anything: an older peer never does. */
function kindOf(a: PeerInfo, b: PeerInfo): Tie['kind'] | undefined {
  const said = [a.lines?.includes(b.id), b.lines?.includes(a.id)]
  if (said.includes(true)) return 'line'
  return said.includes(undefined) ? undefined : 'cut'
}
