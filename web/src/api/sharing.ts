// Letting others into a space, and handing it over.

import { useMutation } from '@tanstack/react-query'
import type { ShareSpace, Space } from '#protocol/api/spaces.ts'
import { call } from '../net/call.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export const useShareSpace = (id: string) =>
  useMutation({
    mutationFn: (share: ShareSpace) =>
      call('PUT /spaces/:id/shares', { params: { id }, body: share }),
    onSuccess: (space) => queryClient.setQueryData<Space>(keys.space(id), space),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.spaces }),
  })

export const useTransferSpace = (id: string) =>
  useMutation({
    mutationFn: (to: string) => call('POST /spaces/:id/transfer', { params: { id }, body: { to } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.spaces }),
  })
