// The one WebSocket a tab (`/api/v1/live`, JSON text messages). It says *that* something changed, never what:
// the page fetches again with its own rights. Topics: `spaces`, `space:<id>`, `timeline:<id>`, `terminals:<id>`,
// `templates`, `users`, `hosts`, `peers`.

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
])
export type LiveClientMessage = z.infer<typeof liveClientSchema>

export type LiveServerMessage =
  /** First; after a reconnect the page refetches all it shows when `run` differs or `cursor` went back. */
  | { readonly type: 'hello'; readonly run: string; readonly cursor: number }
  | { readonly type: 'changed'; readonly topics: readonly string[]; readonly cursor: number }
  | { readonly type: 'pong'; readonly at: number }
  /** The peer is going away; connect again in `afterMs`. */
  | { readonly type: 'draining'; readonly afterMs: number }
  | { readonly type: 'signed-out' }
