// One's own second factor.

import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../net/call.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export const useFactor = () =>
  useQuery({
    queryKey: keys.factor,
    queryFn: async ({ signal }) => (await call('GET /me/factor', { signal })).factor,
    staleTime: 0,
  })

const again = () => queryClient.invalidateQueries({ queryKey: keys.factor })

/** What these answer is told once: nothing keeps it once the dialog is closed. */
const secret = { gcTime: 0, onSettled: again } as const

export const useEnrol = () =>
  useMutation({
    mutationFn: (password: string) => call('POST /me/factor', { body: { password } }),
    gcTime: 0,
  })

export const useConfirmFactor = () =>
  useMutation({
    mutationFn: (code: string) => call('POST /me/factor/confirm', { body: { code } }),
    ...secret,
  })

export const useRenewCodes = () =>
  useMutation({
    mutationFn: (password: string) => call('POST /me/factor/codes', { body: { password } }),
    ...secret,
  })

export const useRemoveFactor = () =>
  useMutation({
    mutationFn: (password: string) => call('POST /me/factor/remove', { body: { password } }),
    onSettled: again,
  })
