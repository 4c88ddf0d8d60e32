// Variables, secrets and registries, kept fresh for as long as they are looked at. One's own have no live topic.

import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import type { Registry, SetRegistry, SetVariable, Variable } from '#protocol/api/variables.ts'
import { request } from '../net/request.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

/** Where a scope's variables are: ``, `/me`, `/templates/<id>` or `/groups/<id>`. */
export type Scope = '' | '/me' | `/templates/${string}` | `/groups/${string}`

export const variablesQuery = (scope: Scope) =>
  queryOptions({
    queryKey: keys.variables(scope),
    queryFn: async ({ signal }) =>
      (await request<{ variables: Variable[] }>('GET', `${scope}/variables`, undefined, signal))
        .variables,
    staleTime: 0,
  })

export function useVariables(scope: Scope) {
  useTopics(scope.startsWith('/groups/') ? 'group-variables' : 'variables')
  return useQuery(variablesQuery(scope))
}

const again = (scope: Scope) => () =>
  queryClient.invalidateQueries({ queryKey: keys.variables(scope) })

/** What was typed is the dialog's alone: nothing keeps it once that is closed. */
export const useSetVariable = (scope: Scope) =>
  useMutation({
    mutationFn: ({ name, wish }: { name: string; wish: SetVariable }) =>
      request<Variable>('PUT', `${scope}/variables/${encodeURIComponent(name)}`, wish),
    gcTime: 0,
    onSettled: again(scope),
  })

export const useRemoveVariable = (scope: Scope) =>
  useMutation({
    mutationFn: (name: string) =>
      request<unknown>('DELETE', `${scope}/variables/${encodeURIComponent(name)}`),
    onSettled: again(scope),
  })

export function useRegistries() {
  useTopics('registries')
  return useQuery({
    queryKey: keys.registries,
    queryFn: async ({ signal }) =>
      (await request<{ registries: Registry[] }>('GET', '/registries', undefined, signal))
        .registries,
    staleTime: 0,
  })
}

const registriesAgain = () => queryClient.invalidateQueries({ queryKey: keys.registries })

export const useSetRegistry = () =>
  useMutation({
    mutationFn: ({ host, wish }: { host: string; wish: SetRegistry }) =>
      request<Registry>('PUT', `/registries/${encodeURIComponent(host)}`, wish),
    gcTime: 0,
    onSettled: registriesAgain,
  })

export const useRemoveRegistry = () =>
  useMutation({
    mutationFn: (host: string) =>
      request<unknown>('DELETE', `/registries/${encodeURIComponent(host)}`),
    onSettled: registriesAgain,
  })
