// A one-time link, for whoever has it.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { AcceptInvitation } from '#protocol/api/invitations.ts'
import { call } from '../net/call.ts'
import { queryClient } from './query-client.ts'
import { meQuery } from './session.ts'

export const useOpenedInvitation = (token: string) =>
  useQuery({
    // The token is a secret and no name for an answer; there is one link on a page.
    queryKey: ['invitation'],
    queryFn: ({ signal }) => call('POST /invitations/open', { body: { token }, signal }),
    enabled: token !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const useAcceptInvitation = () =>
  useMutation({
    mutationFn: (wish: AcceptInvitation) => call('POST /invitations/accept', { body: wish }),
    onSuccess: () => queryClient.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
