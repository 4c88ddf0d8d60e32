// What happens to the machine: peers come and go and speak, and the store has done what it was asked to do.

import type { Delta } from './delta.ts'
import type { Message } from './message.ts'

export type Input =
  | { readonly type: 'connected' | 'disconnected'; readonly peer: string }
  | { readonly type: 'message'; readonly peer: string; readonly message: Message }
  /** Own transactions that are durable, as `collect` gives them. */
  | { readonly type: 'committed'; readonly delta: Delta }
  | { readonly type: 'collected'; readonly ticket: number; readonly delta: Delta }
  | { readonly type: 'merged' | 'failed'; readonly ticket: number }
  | { readonly type: 'tick' }
