// People, groups, roles and invitations, for whoever governs them; and the hosts that spaces run on.

import { useMutation, useQuery } from '@tanstack/react-query'
import type {
  CreateGroup,
  CreateRole,
  CustomRole,
  Group,
  UpdateGroup,
  UpdateRole,
} from '#protocol/api/groups.ts'
import type { Host } from '#protocol/api/hosts.ts'
import type { CreateInvitation, Invitation, NewInvitation } from '#protocol/api/invitations.ts'
import type { CreateUser, UpdateUser, User, UserDetail } from '#protocol/api/people.ts'
import { request } from '../net/request.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export function useUsers(enabled = true) {
  useTopics('users')
  return useQuery({
    queryKey: keys.users,
    queryFn: async ({ signal }) =>
      (await request<{ users: User[] }>('GET', '/users', undefined, signal)).users,
    enabled,
  })
}

export const useUser = (id: string) =>
  useQuery({
    queryKey: keys.user(id),
    queryFn: ({ signal }) => request<UserDetail>('GET', `/users/${id}`, undefined, signal),
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
    mutationFn: (user: CreateUser) => request<User>('POST', '/users', user),
    onSettled: again,
  })

export const useUpdateUser = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: UpdateUser }) =>
      request<User>('PATCH', `/users/${id}`, change),
    onSettled: again,
  })

export const useDeleteUser = () =>
  useMutation({
    mutationFn: (id: string) => request<unknown>('DELETE', `/users/${id}`),
    onSettled: again,
  })

/** Ends one of a person's credentials, or takes their second factor away: `sessions/<id>`, `factor`. */
export const useEndCredential = (userId: string) =>
  useMutation({
    mutationFn: (what: string) => request<unknown>('DELETE', `/users/${userId}/${what}`),
    onSettled: again,
  })

/** The link is the dialog's alone: nothing keeps it once that is closed. */
export const useResetLink = () =>
  useMutation({
    mutationFn: (userId: string) => request<NewInvitation>('POST', `/users/${userId}/reset`),
    gcTime: 0,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.invitations }),
  })

export function useInvitations() {
  useTopics('invitations')
  return useQuery({
    queryKey: keys.invitations,
    queryFn: async ({ signal }) =>
      (await request<{ invitations: Invitation[] }>('GET', '/invitations', undefined, signal))
        .invitations,
  })
}

export const useInvite = () =>
  useMutation({
    mutationFn: (wish: CreateInvitation) => request<NewInvitation>('POST', '/invitations', wish),
    gcTime: 0,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.invitations }),
  })

export const useWithdraw = () =>
  useMutation({
    mutationFn: (id: string) => request<unknown>('DELETE', `/invitations/${id}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.invitations }),
  })

export function useGroups(enabled = true) {
  useTopics(...(enabled ? ['groups'] : []))
  return useQuery({
    queryKey: keys.groups,
    queryFn: async ({ signal }) =>
      (await request<{ groups: Group[] }>('GET', '/groups', undefined, signal)).groups,
    enabled,
  })
}

const groupsAgain = () =>
  Promise.all([again(), queryClient.invalidateQueries({ queryKey: keys.groups })])

export const useCreateGroup = () =>
  useMutation({
    mutationFn: (group: CreateGroup) => request<Group>('POST', '/groups', group),
    onSettled: groupsAgain,
  })

export const useUpdateGroup = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: UpdateGroup }) =>
      request<Group>('PATCH', `/groups/${id}`, change),
    onSettled: groupsAgain,
  })

export const useDeleteGroup = () =>
  useMutation({
    mutationFn: (id: string) => request<unknown>('DELETE', `/groups/${id}`),
    onSettled: groupsAgain,
  })

interface Roles {
  readonly roles: readonly CustomRole[]
  /** What they can be made of. */
  readonly permissions: readonly string[]
}

export function useRoles(enabled = true) {
  useTopics(...(enabled ? ['roles'] : []))
  return useQuery({
    queryKey: keys.roles,
    queryFn: ({ signal }) => request<Roles>('GET', '/roles', undefined, signal),
    enabled,
  })
}

const rolesAgain = () =>
  Promise.all([again(), queryClient.invalidateQueries({ queryKey: keys.roles })])

export const useCreateRole = () =>
  useMutation({
    mutationFn: (role: CreateRole) => request<CustomRole>('POST', '/roles', role),
    onSettled: rolesAgain,
  })

export const useUpdateRole = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: UpdateRole }) =>
      request<CustomRole>('PATCH', `/roles/${id}`, change),
    onSettled: rolesAgain,
  })

export const useDeleteRole = () =>
  useMutation({
    mutationFn: (id: string) => request<unknown>('DELETE', `/roles/${id}`),
    onSettled: rolesAgain,
  })

/** Only administrators may see them. */
export function useHosts(enabled: boolean) {
  useTopics(...(enabled ? ['hosts'] : []))
  return useQuery({
    queryKey: keys.hosts,
    queryFn: async ({ signal }) =>
      (await request<{ hosts: Host[] }>('GET', '/hosts', undefined, signal)).hosts,
    enabled,
  })
}
