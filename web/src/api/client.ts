// The live connection of the tab, which keeps what was asked fresh, and the roads that it found to other peers.

import { useEffect } from 'react'
import { continueAt } from '../net/continue-at.ts'
import { LiveConnection, type LiveHooks } from '../net/live.ts'
import { awayAt } from '../net/request.ts'
import { Roads } from '../net/roads.ts'
import { staleAfter } from './keys.ts'
import { queryClient, signedOut } from './query-client.ts'

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
