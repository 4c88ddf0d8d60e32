// Who is signed in, and how one becomes so.

import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import type { Login, Me, SessionInfo, Setup, SetupState } from '#protocol/api/people.ts'
import { call } from '../net/call.ts'
import { keys } from './keys.ts'
import { queryClient } from './query-client.ts'

/** `null` means that nobody is signed in, which is an answer and not an error. */
export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async ({ signal }): Promise<Me | null> => (await call('GET /session', { signal })).me,
  staleTime: Number.POSITIVE_INFINITY,
})

export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: ({ signal }) => call('GET /setup', { signal }),
})

/** Whether a person may what is some people's only: by the built-in role, or by one that was made. */
export const can = ({ permissions }: Me, permission: string): boolean =>
  permissions.includes(permission)

/** Inside the frame, where somebody is signed in. */
export function useMe(): Me {
  const { data } = useQuery(meQuery)
  if (!data) throw new Error('A page inside the frame was drawn with nobody signed in.')
  return data
}

export const useLogin = () =>
  useMutation({
    mutationFn: (login: Login) => call('POST /session', { body: login }),
    onSuccess: () => queryClient.fetchQuery({ ...meQuery, staleTime: 0 }),
  })

export const useSetup = () =>
  useMutation({
    mutationFn: (setup: Setup) => call('POST /setup', { body: setup }),
    onSuccess: async () => {
      queryClient.setQueryData<SetupState>(keys.setup, { needed: false })
      await queryClient.fetchQuery({ ...meQuery, staleTime: 0 })
    },
  })

export const useLogout = () =>
  useMutation({
    mutationFn: () => call('DELETE /session'),
    // By a fresh page: nothing of the person who was here stays in memory, and no part of theirs is drawn without them.
    onSuccess: () => window.location.assign('/login'),
  })

export const usePassword = () =>
  useMutation({
    mutationFn: (passwords: { current: string; next: string }) =>
      call('PUT /me/password', { body: passwords }),
    onSuccess: () =>
      Promise.all(
        [keys.sessions, keys.tokens].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
      ),
  })

export const useSessions = () =>
  useQuery({
    queryKey: keys.sessions,
    queryFn: async ({ signal }) => (await call('GET /me/sessions', { signal })).sessions,
  })

export const useEndSession = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /me/sessions/:id', { params: { id } }),
    onMutate: (id) => {
      queryClient.setQueryData<SessionInfo[]>(keys.sessions, (all) =>
        all?.filter((session) => session.id !== id),
      )
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.sessions }),
  })
