// What the machine asks of whoever drives it, and what it tells.

import type { Bucket, Delta, Span } from './delta.ts'
import type { Message } from './message.ts'

/** What may wait for what: a revocation goes before everything that waits, an answer behind what was just written. */
export type Priority = 'urgent' | 'live' | 'bulk'

export type Effect =
  | {
      readonly type: 'send'
      readonly to: string
      readonly message: Message
      readonly priority: Priority
    }
  /** Join and commit; then the input `merged` with the ticket, or `failed`. */
  | {
      readonly type: 'merge'
      readonly ticket: number
      readonly from: string
      readonly delta: Delta
    }
  /**
   * Give what is left of these transactions, or all that is in these buckets; then the input `collected`, or `failed`.
   * For buckets the delta's `reconciled` says what was heard of at that very moment.
   */
  | {
      readonly type: 'collect'
      readonly ticket: number
      readonly spans: readonly Span[]
      readonly buckets: readonly Bucket[]
    }
  /** These transactions are durable at a second peer, too. */
  | { readonly type: 'acked'; readonly by: string; readonly spans: readonly Span[] }
  /** Everything is being compared: a tombstone that is needed may be gone, or equal contexts held different things. */
  | { readonly type: 'comparing'; readonly with: string; readonly why: 'floor' | 'odd' }
  | { readonly type: 'compared'; readonly with: string; readonly buckets: readonly Bucket[] }
  /** Both have heard the same and of nothing more, and hold different things: a fault of a disk or of ours. */
  | { readonly type: 'diverged'; readonly from: string }
  /**
   * Another has heard of a transaction of our origin that is not here: this database was put back to an earlier state.
   * Whoever drives this makes sure that it is so, and lets it write no more before it has a new origin.
   */
  | { readonly type: 'rolled-back'; readonly by: string; readonly seq: number }

/** One step: its time, and the effects gathered in it. */
export interface Turn {
  readonly nowMs: number
  readonly effects: Effect[]
}

export function send(turn: Turn, to: string, message: Message, priority: Priority = 'bulk'): void {
  turn.effects.push({ type: 'send', to, message, priority })
}
