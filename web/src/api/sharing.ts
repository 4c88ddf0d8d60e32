// Letting others into a space, and handing it over.

import { useMutation } from '@tanstack/react-query'
import type { ShareSpace, Space } from '#protocol/api/spaces.ts'
import { request } from '../net/request.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export const useShareSpace = (id: string) =>
  useMutation({
    mutationFn: (share: ShareSpace) => request<Space>('PUT', `/spaces/${id}/shares`, share),
    onSuccess: (space) => queryClient.setQueryData<Space>(keys.space(id), space),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.spaces }),
  })

export const useTransferSpace = (id: string) =>
  useMutation({
    mutationFn: (to: string) => request<unknown>('POST', `/spaces/${id}/transfer`, { to }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.spaces }),
  })
