// Spaces: what is fetched, and what may be asked of them. What is asked shows at once where the outcome is certain.

import {
  keepPreviousData,
  mutationOptions,
  queryOptions,
  useMutation,
  useQuery,
} from '@tanstack/react-query'
import type { CreateSpace, ParameterValue, Space, UpdateSpace } from '#protocol/api/spaces.ts'
import type { TerminalInfo, TimelineStep } from '#protocol/api/timeline.ts'
import { call } from '../net/call.ts'
import { toastError } from '../parts/toast.ts'
import { useTopics } from './client.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'
import { asked, type SpaceAction } from './space-action.ts'

/** Spaces that are being forgotten: that they are gone may be heard before their page was left. */
const leaving = new Set<string>()

/** What was shown last of a space that is being forgotten. */
const lastOf = <T>(id: string, key: readonly unknown[]): T | undefined =>
  leaving.has(id) ? queryClient.getQueryData<T>(key) : undefined

export const spacesQuery = queryOptions({
  queryKey: keys.spaces,
  queryFn: async ({ signal }) => (await call('GET /spaces', { signal })).spaces,
})

export function useSpaces() {
  useTopics('spaces')
  return useQuery(spacesQuery)
}

export function useSpace(id: string) {
  useTopics(`space:${id}`)
  return useQuery({
    queryKey: keys.space(id),
    queryFn: async ({ signal }) =>
      lastOf<Space>(id, keys.space(id)) ?? call('GET /spaces/:id', { params: { id }, signal }),
    placeholderData: () =>
      queryClient.getQueryData<Space[]>(keys.spaces)?.find((space) => space.id === id),
  })
}

export function useTimeline(id: string) {
  useTopics(`timeline:${id}`)
  return useQuery({
    queryKey: keys.timeline(id),
    queryFn: async ({ signal }) =>
      lastOf<TimelineStep[]>(id, keys.timeline(id)) ??
      (await call('GET /spaces/:id/timeline', { params: { id }, signal })).steps,
  })
}

export function useTerminals(id: string, enabled: boolean) {
  useTopics(`terminals:${id}`)
  return useQuery({
    queryKey: keys.terminals(id),
    queryFn: async ({ signal }) =>
      (await call('GET /spaces/:id/terminals', { params: { id }, signal })).terminals,
    enabled,
  })
}

/** Puts an answer where every page that shows this space finds it. */
function remember(space: Space): void {
  queryClient.setQueryData<Space>(keys.space(space.id), space)
  queryClient.setQueryData<Space[]>(keys.spaces, (all) => {
    if (!all) return all
    const known = all.some((other) => other.id === space.id)
    return known ? all.map((other) => (other.id === space.id ? space : other)) : [space, ...all]
  })
}

function refresh(id: string): void {
  for (const queryKey of [keys.space(id), keys.spaces, keys.timeline(id)]) {
    void queryClient.invalidateQueries({ queryKey })
  }
}

/** Where a space of this template would go. Secrets stay out of an address. */
export function usePlacement(
  templateId: string,
  parameters: Readonly<Record<string, ParameterValue>>,
) {
  useTopics('hosts')
  const query = { templateId, parameters: JSON.stringify(parameters) }
  return useQuery({
    queryKey: keys.placement(`${templateId} ${query.parameters}`),
    queryFn: ({ signal }) => call('GET /placement', { query, signal }),
    placeholderData: keepPreviousData,
  })
}

/** `leave` goes to another page: what is shown here is then nowhere. */
export const useForgetSpace = (leave: () => Promise<void>) =>
  useMutation({
    mutationFn: (id: string) => call('POST /spaces/:id/forget', { params: { id } }),
    onMutate: (id) => {
      leaving.add(id)
    },
    onSuccess: async (_none, id) => {
      void queryClient.invalidateQueries({ queryKey: keys.spaces })
      await leave()
      queryClient.removeQueries({ queryKey: keys.space(id) })
    },
    onSettled: (_none, _error, id) => {
      leaving.delete(id)
    },
  })

export const useCreateSpace = () =>
  useMutation({
    mutationFn: (space: CreateSpace) => call('POST /spaces', { body: space }),
    onSuccess: (intent) => remember(intent.space),
  })

const spaceAction = mutationOptions({
  mutationFn: ({ space, action }: { space: Space; action: SpaceAction }) =>
    action === 'delete'
      ? call('DELETE /spaces/:id', { params: { id: space.id } })
      : call(`POST /spaces/:id/${action}`, { params: { id: space.id } }),
  onMutate: ({ space, action }) => remember(asked(space, action, new Date().toISOString())),
  onSuccess: (intent) => {
    if (intent?.space) remember(intent.space)
  },
  onSettled: (_intent, _error, { space }) => refresh(space.id),
})

/** For a form that waits for the answer. */
export const useSpaceAction = () => useMutation(spaceAction)

/** For a button: what is asked shows at once, and a refusal is told. No hook, so that a thousand rows cost nothing. */
export function askSpace(space: Space, action: SpaceAction): void {
  const mutation = queryClient.getMutationCache().build(queryClient, spaceAction)
  mutation.execute({ space, action }).catch(toastError)
}

export const useUpdateSpace = () =>
  useMutation({
    mutationFn: ({ id, change }: { id: string; change: UpdateSpace }) =>
      call('PATCH /spaces/:id', { params: { id }, body: change }),
    // The answer is what it is now: until it was fetched again, what was clicked would jump back.
    onSuccess: (space) => remember(space),
    onSettled: (_space, _error, { id }) => refresh(id),
  })

export const useCloseTerminal = (spaceId: string) =>
  useMutation({
    mutationFn: (name: string) =>
      call('DELETE /spaces/:id/terminals/:name', { params: { id: spaceId, name } }),
    onMutate: (name) => {
      queryClient.setQueryData<TerminalInfo[]>(keys.terminals(spaceId), (all) =>
        all?.filter((terminal) => terminal.name !== name),
      )
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.terminals(spaceId) }),
  })
