// What pages and other peers are told of a database that does not answer.

import { systemClock as clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

/** For how long it has not answered, ms; nothing while it does. */
export function storeAway(store: Store): { readonly storeAwayMs?: number } {
  const away = store.away()
  return away ? { storeAwayMs: Math.max(0, clock.nowMs() - away.sinceMs) } : {}
}

/** What /readyz says of it, to whoever asks: without the address. */
export const missing = (store: Store): readonly string[] =>
  store.away() ? ['its database does not answer'] : []
