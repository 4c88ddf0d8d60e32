// A program on somebody's machine that asks to be signed in.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { PendingLogin } from '#protocol/api/cli.ts'
import { request } from '../net/request.ts'
import { keys } from './keys.ts'

export const usePendingLogin = (id: string) =>
  useQuery({
    queryKey: keys.login(id),
    queryFn: ({ signal }) => request<PendingLogin>('GET', `/logins/${id}`, undefined, signal),
    // It is what it was when it was asked for, or it is gone.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })

export const useDecideLogin = (id: string) =>
  useMutation({
    mutationFn: async (decision: 'approve' | 'refuse') => {
      if (decision === 'approve') await request<unknown>('POST', `/logins/${id}/approve`)
      else await request<unknown>('DELETE', `/logins/${id}`)
      return decision
    },
  })
