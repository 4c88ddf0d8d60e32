// One's own SSH keys and API tokens, and how this Skein is reached by ssh.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { AddKey, CreateToken, SshKey, Token } from '#protocol/api/access.ts'
import { call } from '../net/call.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export const useSshKeys = () =>
  useQuery({
    queryKey: keys.sshKeys,
    queryFn: async ({ signal }) => (await call('GET /me/keys', { signal })).keys,
    // Uses and logins from elsewhere have no topic: whoever looks, asks.
    staleTime: 0,
  })

export const useAddKey = () =>
  useMutation({
    mutationFn: (key: AddKey) => call('POST /me/keys', { body: key }),
    onSuccess: (added) => {
      queryClient.setQueryData<SshKey[]>(keys.sshKeys, (all) => all && [...all, added])
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.sshKeys }),
  })

export const useRemoveKey = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /me/keys/:id', { params: { id } }),
    onSuccess: (_nothing, id) => {
      queryClient.setQueryData<SshKey[]>(keys.sshKeys, (all) => all?.filter((it) => it.id !== id))
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.sshKeys }),
  })

export const useTokens = () =>
  useQuery({
    queryKey: keys.tokens,
    queryFn: async ({ signal }) => (await call('GET /me/tokens', { signal })).tokens,
    staleTime: 0,
  })

export const useCreateToken = () =>
  useMutation({
    mutationFn: (token: CreateToken) => call('POST /me/tokens', { body: token }),
    // Its secret is the dialog's alone: nothing keeps it once that is closed.
    gcTime: 0,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.tokens }),
  })

export const useRevokeToken = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /me/tokens/:id', { params: { id } }),
    onSuccess: (_nothing, id) => {
      queryClient.setQueryData<Token[]>(keys.tokens, (all) => all?.filter((it) => it.id !== id))
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.tokens }),
  })

/** Where plain ssh is answered; `not_found` where it is switched off. */
export const useSshDoor = () =>
  useQuery({
    queryKey: keys.sshDoor,
    queryFn: ({ signal }) => call('GET /ssh', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
