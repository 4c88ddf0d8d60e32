// Which peer writes under which origin and has which id, as far as whoever looks may know it.

import { useMemo } from 'react'
import { usePeers } from '../api/peers.ts'
import { can, useMe } from '../api/session.ts'

/** Names by id. */
export type PeerNames = ReadonlyMap<string, string>

export function usePeerNames(): PeerNames {
  const me = useMe()
  const { data } = usePeers(can(me, 'peer.list'))
  return useMemo(() => new Map(data?.map(({ id, name }) => [id, name])), [data])
}

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
