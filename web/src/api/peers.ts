// The cluster's peers; for administrators.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { request } from '../net/request.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

/** Round trips and loads change without being told of. */
const REFRESH_MS = 5_000

export function usePeers(enabled = true) {
  useTopics(...(enabled ? ['peers'] : []))
  return useQuery({
    queryKey: keys.peers,
    queryFn: async ({ signal }) =>
      (await request<{ peers: PeerInfo[] }>('GET', '/peers', undefined, signal)).peers,
    refetchInterval: REFRESH_MS,
    enabled,
  })
}

/** Sends a peer away, or brings it back; what it does about it is in the list. */
export const useDuty = (id: string) =>
  useMutation({
    mutationFn: (want: 'drain' | 'undrain') =>
      request<unknown>('POST', `/peers/${id}/wishes`, { want }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.peers }),
  })

export const useJoinToken = () =>
  useMutation({
    mutationFn: async () => (await request<{ token: string }>('POST', '/peers/token')).token,
  })
