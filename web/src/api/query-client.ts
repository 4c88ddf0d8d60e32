// The query client: what was asked of the server, for as long as it is fresh.

import { QueryCache, QueryClient } from '@tanstack/react-query'
import { RequestError } from '../net/request.ts'
import { keys } from './keys.ts'

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

/** Whoever is signed out finds out by asking who they are. */
export function signedOut(): void {
  void queryClient.invalidateQueries({ queryKey: keys.me })
}
