// The cluster's peers; for administrators.

import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../net/call.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

/** Round trips and loads change without being told of. */
const REFRESH_MS = 5_000

export function usePeers(enabled = true) {
  useTopics(...(enabled ? ['peers'] : []))
  return useQuery({
    queryKey: keys.peers,
    queryFn: async ({ signal }) => (await call('GET /peers', { signal })).peers,
    refetchInterval: REFRESH_MS,
    enabled,
  })
}

/** Sends a peer away, or brings it back; what it does about it is in the list. */
export const useDuty = (id: string) =>
  useMutation({
    mutationFn: (want: 'drain' | 'undrain') =>
      call('POST /peers/:id/wishes', { params: { id }, body: { want } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.peers }),
  })

export const useJoinToken = () =>
  useMutation({
    mutationFn: async () => (await call('POST /peers/token')).token,
  })
