// A one-time link, for whoever has it.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { AcceptInvitation, OpenedInvitation } from '#protocol/api/invitations.ts'
import { request } from '../net/request.ts'
import { queryClient } from './query-client.ts'
import { meQuery } from './session.ts'

export const useOpenedInvitation = (token: string) =>
  useQuery({
    // The token is a secret and no name for an answer; there is one link on a page.
    queryKey: ['invitation'],
    queryFn: ({ signal }) =>
      request<OpenedInvitation>('POST', '/invitations/open', { token }, signal),
    enabled: token !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useAcceptInvitation = () =>
  useMutation({
    mutationFn: (wish: AcceptInvitation) => request<unknown>('POST', '/invitations/accept', wish),
    onSuccess: () => queryClient.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
