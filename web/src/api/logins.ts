// A program on somebody's machine that asks to be signed in.

import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../net/call.ts'
import { keys } from './keys.ts'

export const usePendingLogin = (id: string) =>
  useQuery({
    queryKey: keys.login(id),
    queryFn: ({ signal }) => call('GET /logins/:id', { params: { id }, signal }),
    // It is what it was when it was asked for, or it is gone.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })

export const useDecideLogin = (id: string) =>
  useMutation({
    mutationFn: async (decision: 'approve' | 'refuse') => {
      if (decision === 'approve') await call('POST /logins/:id/approve', { params: { id } })
      else await call('DELETE /logins/:id', { params: { id } })
      return decision
    },
  })
