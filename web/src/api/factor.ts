// One's own second factor.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { Enrolment, FactorState, RecoveryCodes } from '#protocol/api/factors.ts'
import { request } from '../net/request.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export const useFactor = () =>
  useQuery({
    queryKey: keys.factor,
    queryFn: async ({ signal }) =>
      (await request<FactorState>('GET', '/me/factor', undefined, signal)).factor,
    staleTime: 0,
  })

const again = () => queryClient.invalidateQueries({ queryKey: keys.factor })

/** What these answer is told once: nothing keeps it once the dialog is closed. */
const secret = { gcTime: 0, onSettled: again } as const

export const useEnrol = () =>
  useMutation({
    mutationFn: (password: string) => request<Enrolment>('POST', '/me/factor', { password }),
    gcTime: 0,
  })

export const useConfirmFactor = () =>
  useMutation({
    mutationFn: (code: string) => request<RecoveryCodes>('POST', '/me/factor/confirm', { code }),
    ...secret,
  })

export const useRenewCodes = () =>
  useMutation({
    mutationFn: (password: string) =>
      request<RecoveryCodes>('POST', '/me/factor/codes', { password }),
    ...secret,
  })

export const useRemoveFactor = () =>
  useMutation({
    mutationFn: (password: string) => request<unknown>('POST', '/me/factor/remove', { password }),
    onSettled: again,
  })
