// The query client and the live connection that keeps it fresh.

import { QueryCache, QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { continueAt } from '../net/continue-at.ts'
import { LiveConnection, type LiveHooks } from '../net/live.ts'
import { awayAt, RequestError } from '../net/request.ts'
import { Roads } from '../net/roads.ts'
import { keys, staleAfter } from './keys.ts'

/** Live updates make answers stale; this is only for what has no topic. */
const STALE_AFTER_MS = 30_000

const isSignedOut = (error: unknown): boolean =>
  error instanceof RequestError && error.code === 'not_signed_in'

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (isSignedOut(error) && query.queryKey[0] !== 'me') signedOut()
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: STALE_AFTER_MS,
      refetchOnWindowFocus: false,
      // `request` tries again by itself while the peer cannot be reached, and a refusal stays one.
      retry: false,
      networkMode: 'always',
    },
    mutations: {
      networkMode: 'always',
      onError: (error) => {
        if (isSignedOut(error)) signedOut()
      },
    },
  },
})

function signedOut(): void {
  void queryClient.invalidateQueries({ queryKey: keys.me })
}

/** Of the whole tab: what one connection learns of the peers the others use. */
export const roads = new Roads({
  own: window.location.origin,
  nowMs: () => performance.now(),
  random: Math.random,
})

const hooks: LiveHooks = {
  changed: (topics) => {
    for (const topic of topics) {
      for (const queryKey of staleAfter(topic)) {
        void queryClient.invalidateQueries({ queryKey })
      }
    }
  },
  returned: () => void queryClient.invalidateQueries(),
  signedOut,
  handover: continueAt,
}

export const live = new LiveConnection(hooks, roads)

live.state.subscribe(() => {
  const state = live.state.get()
  if (state.kind === 'open') awayAt.set(state.away?.road.name)
})

/** Keeps what the component shows fresh for as long as it is shown. */
export function useTopics(...topics: readonly string[]): void {
  const joined = topics.join(' ')
  useEffect(() => live.watch(joined.split(' ').filter(Boolean)), [joined])
}
