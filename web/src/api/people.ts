// People, for administrators; and the hosts that spaces run on.

import { useMutation, useQuery } from '@tanstack/react-query'
import type { Host } from '#protocol/api/hosts.ts'
import type { CreateUser, UpdateUser, User } from '#protocol/api/people.ts'
import { request } from '../net/request.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

export function useUsers() {
  useTopics('users')
  return useQuery({
    queryKey: keys.users,
    queryFn: async ({ signal }) =>
      (await request<{ users: User[] }>('GET', '/users', undefined, signal)).users,
  })
}

const again = () => queryClient.invalidateQueries({ queryKey: keys.users })

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
