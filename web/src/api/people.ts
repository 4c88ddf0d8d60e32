// People, groups, roles and invitations, for whoever governs them; and the hosts that spaces run on.

import { useMutation, useQuery } from '@tanstack/react-query'
import type {
  CreateGroup,
  CreateRole,
  GroupPeople,
  UpdateGroup,
  UpdateRole,
} from '#protocol/api/groups.ts'
import type { CreateInvitation } from '#protocol/api/invitations.ts'
import type { CreateUser, UpdateUser } from '#protocol/api/people.ts'
import { call } from '../net/call.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export function useUsers(enabled = true) {
  useTopics('users')
  return useQuery({
    queryKey: keys.users,
    queryFn: async ({ signal }) => (await call('GET /users', { signal })).users,
    enabled,
  })
}

export const useUser = (id: string) =>
  useQuery({
    queryKey: keys.user(id),
    queryFn: ({ signal }) => call('GET /users/:id', { params: { id }, signal }),
    // Sessions, tokens and keys have no topic: whoever looks, asks.
    staleTime: 0,
  })

const again = () =>
  Promise.all(
    [keys.users, ['user'], keys.groups].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  )

export const useCreateUser = () =>
  useMutation({
    mutationFn: (user: CreateUser) => call('POST /users', { body: user }),
    onSettled: again,
  })

export const useUpdateUser = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: UpdateUser }) =>
      call('PATCH /users/:id', { params: { id }, body: change }),
    onSettled: again,
  })

export const useDeleteUser = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /users/:id', { params: { id } }),
    onSettled: again,
  })

export interface Credential {
  readonly kind: 'sessions' | 'tokens' | 'keys'
  readonly id: string
}

/** Ends one of a person's credentials, or takes their second factor away. */
export const useEndCredential = (userId: string) =>
  useMutation({
    mutationFn: (what: Credential | 'factor') =>
      what === 'factor'
        ? call('DELETE /users/:id/factor', { params: { id: userId } })
        : call(`DELETE /users/:id/${what.kind}/:credentialId`, {
            params: { id: userId, credentialId: what.id },
          }),
    onSettled: again,
  })

/** The link is the dialog's alone: nothing keeps it once that is closed. */
export const useResetLink = () =>
  useMutation({
    mutationFn: (userId: string) => call('POST /users/:id/reset', { params: { id: userId } }),
    gcTime: 0,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.invitations }),
  })

export function useInvitations() {
  useTopics('invitations')
  return useQuery({
    queryKey: keys.invitations,
    queryFn: async ({ signal }) => (await call('GET /invitations', { signal })).invitations,
  })
}

export const useInvite = () =>
  useMutation({
    mutationFn: (wish: CreateInvitation) => call('POST /invitations', { body: wish }),
    gcTime: 0,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.invitations }),
  })

export const useWithdraw = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /invitations/:id', { params: { id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.invitations }),
  })

export function useGroups(enabled = true) {
  useTopics(...(enabled ? ['groups'] : []))
  return useQuery({
    queryKey: keys.groups,
    queryFn: async ({ signal }) => (await call('GET /groups', { signal })).groups,
    enabled,
  })
}

/** For whoever manages it, or may change it. */
export const useGroup = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: keys.group(id),
    queryFn: ({ signal }) => call('GET /groups/:id', { params: { id }, signal }),
    enabled,
  })

const groupsAgain = () =>
  Promise.all([again(), queryClient.invalidateQueries({ queryKey: keys.groups })])

export const useCreateGroup = () =>
  useMutation({
    mutationFn: (group: CreateGroup) => call('POST /groups', { body: group }),
    onSettled: groupsAgain,
  })

export const useUpdateGroup = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: UpdateGroup }) =>
      call('PATCH /groups/:id', { params: { id }, body: change }),
    onSettled: groupsAgain,
  })

export const useGroupPeople = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: GroupPeople }) =>
      call('PATCH /groups/:id/members', { params: { id }, body: change }),
    onSettled: groupsAgain,
  })

export const useDeleteGroup = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /groups/:id', { params: { id } }),
    onSettled: groupsAgain,
  })

export function useRoles(enabled = true) {
  useTopics(...(enabled ? ['roles'] : []))
  return useQuery({
    queryKey: keys.roles,
    queryFn: ({ signal }) => call('GET /roles', { signal }),
    enabled,
  })
}

const rolesAgain = () =>
  Promise.all([again(), queryClient.invalidateQueries({ queryKey: keys.roles })])

export const useCreateRole = () =>
  useMutation({
    mutationFn: (role: CreateRole) => call('POST /roles', { body: role }),
    onSettled: rolesAgain,
  })

export const useUpdateRole = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: UpdateRole }) =>
      call('PATCH /roles/:id', { params: { id }, body: change }),
    onSettled: rolesAgain,
  })

export const useDeleteRole = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /roles/:id', { params: { id } }),
    onSettled: rolesAgain,
  })

/** Only administrators may see them. */
export function useHosts(enabled: boolean) {
  useTopics(...(enabled ? ['hosts'] : []))
  return useQuery({
    queryKey: keys.hosts,
    queryFn: async ({ signal }) => (await call('GET /hosts', { signal })).hosts,
    enabled,
  })
}
