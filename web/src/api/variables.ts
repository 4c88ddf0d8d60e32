// Variables, secrets and registries, kept fresh for as long as they are looked at. One's own have no live topic.

import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import type { SetRegistry, SetVariable } from '#protocol/api/variables.ts'
import { call } from '../net/call.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

/** Where a scope's variables are: ``, `/me`, `/templates/<id>` or `/groups/<id>`. */
export type Scope = '' | '/me' | `/templates/${string}` | `/groups/${string}`

/** As the API's table names it. */
function placeOf(scope: Scope) {
  const [, kind, id = ''] = scope.split('/')
  if (kind === 'templates') return { of: '/templates/:id', id } as const
  if (kind === 'groups') return { of: '/groups/:id', id } as const
  return { of: scope === '/me' ? scope : '', id } as const
}

export const variablesQuery = (scope: Scope) =>
  queryOptions({
    queryKey: keys.variables(scope),
    queryFn: async ({ signal }) => {
      const { of, id } = placeOf(scope)
      return (await call(`GET ${of}/variables`, { params: { id }, signal })).variables
    },
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
    mutationFn: ({ name, wish }: { name: string; wish: SetVariable }) => {
      const { of, id } = placeOf(scope)
      return call(`PUT ${of}/variables/:name`, { params: { id, name }, body: wish })
    },
    gcTime: 0,
    onSettled: again(scope),
  })

export const useRemoveVariable = (scope: Scope) =>
  useMutation({
    mutationFn: (name: string) => {
      const { of, id } = placeOf(scope)
      return call(`DELETE ${of}/variables/:name`, { params: { id, name } })
    },
    onSettled: again(scope),
  })

export function useRegistries() {
  useTopics('registries')
  return useQuery({
    queryKey: keys.registries,
    queryFn: async ({ signal }) => (await call('GET /registries', { signal })).registries,
    staleTime: 0,
  })
}

const registriesAgain = () => queryClient.invalidateQueries({ queryKey: keys.registries })

export const useSetRegistry = () =>
  useMutation({
    mutationFn: ({ host, wish }: { host: string; wish: SetRegistry }) =>
      call('PUT /registries/:name', { params: { name: host }, body: wish }),
    gcTime: 0,
    onSettled: registriesAgain,
  })

export const useRemoveRegistry = () =>
  useMutation({
    mutationFn: (host: string) => call('DELETE /registries/:name', { params: { name: host } }),
    onSettled: registriesAgain,
  })
