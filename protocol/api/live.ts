// The one WebSocket a tab (`/api/v1/live`, JSON text messages). It says *that* something changed, never what:
// the page fetches again with its own rights. Topics: `spaces`, `space:<id>`, `timeline:<id>`, `terminals:<id>`,
// `templates`, `users`, `groups`, `roles`, `invitations`, `variables`, `group-variables`, `registries`, `hosts`, `peers`.

import { z } from 'zod'

export const MAX_TOPICS_PER_TAB = 200

export const liveClientSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('watch'),
    topics: z.array(z.string().max(80)).max(MAX_TOPICS_PER_TAB),
  }),
  z.strictObject({
    type: z.literal('unwatch'),
    topics: z.array(z.string().max(80)).max(MAX_TOPICS_PER_TAB),
  }),
  z.strictObject({ type: z.literal('ping'), at: z.number() }),
  /** Asks for a fresh `elsewhere`. */
  z.strictObject({ type: z.literal('elsewhere') }),
  /** Asks for a `handover` to the peer at the other end. */
  z.strictObject({ type: z.literal('handover') }),
])
export type LiveClientMessage = z.infer<typeof liveClientSchema>

export interface Elsewhere {
  readonly name: string
  /** An origin. */
  readonly url: string
}

/**
 * Where else this page may go on: the peers that are there beside this one, and, for a page of a published URL, the ticket
 * that opens WebSockets at them for five minutes. After `hello` where there are others, and when asked.
 */
export interface ElsewhereNews {
  readonly type: 'elsewhere'
  readonly peers: readonly Elsewhere[]
  readonly ticket?: string
}

export type LiveServerMessage =
  /** First; after a reconnect the page refetches all it shows when `run` differs or `cursor` went back. */
  | { readonly type: 'hello'; readonly run: string; readonly cursor: number }
  | { readonly type: 'changed'; readonly topics: readonly string[]; readonly cursor: number }
  /** `storeAwayMs`: for so long the peer's database has not answered, so that nothing can be changed. */
  | { readonly type: 'pong'; readonly at: number; readonly storeAwayMs?: number }
  | ElsewhereNews
  /** For `POST /continue` at this peer, once, within 30 s. */
  | { readonly type: 'handover'; readonly code: string }
  /** The peer is going away; connect again in `afterMs`, elsewhere if there is one. */
  | { readonly type: 'draining'; readonly afterMs: number }
  | { readonly type: 'signed-out' }
