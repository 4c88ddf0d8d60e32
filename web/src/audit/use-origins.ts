// Which server writes under which origin, as far as whoever looks may know it.

import { useMemo } from 'react'
import { usePeers } from '../api/peers.ts'
import { can, useMe } from '../api/session.ts'

/** Names by origin. */
export type Origins = ReadonlyMap<string, string>

export function useOrigins(): Origins {
  const me = useMe()
  const { data } = usePeers(can(me, 'peer.list'))
  return useMemo(
    () => new Map((data ?? []).flatMap(({ origin, name }) => (origin ? [[origin, name]] : []))),
    [data],
  )
}
