// What two peers say to each other about records, over a stream that keeps the order. Spans and sums are small; only
// `push` and `range` carry records.

import type { Meta } from '../../store/store.ts'
import type { Bucket, Delta, Floor, Span } from './delta.ts'
import type { Hash } from './hash.ts'

export interface Sum {
  readonly bucket: Bucket
  readonly hash: Hash
}

/**
 * On every message that carries records: what the sender has heard of, or been told of early, and has not said on this
 * stream yet. What it sends may go as far as that.
 */
interface Telling {
  readonly reach: readonly Span[]
}

export type Message =
  /** Everything that the sender has heard of and made durable, and how far down it can still tell what was deleted. */
  | {
      readonly type: 'context'
      readonly heard: readonly Span[]
      readonly reach: readonly Span[]
      readonly floors: readonly Floor[]
      readonly isReply: boolean
    }
  /** The same in short, each second. `isSettled`: it holds nothing that goes beyond what it has heard of. */
  | {
      readonly type: 'digest'
      readonly context: Hash
      readonly root: Hash
      readonly isSettled: boolean
    }
  /** What was just committed here. */
  | ({ readonly type: 'push'; readonly delta: Delta } & Telling)
  /** These transactions are durable at the sender, too. */
  | { readonly type: 'ack'; readonly spans: readonly Span[] }
  /** `isReconciled`: below a floor as well, everything else having been compared. */
  | {
      readonly type: 'need'
      readonly id: number
      readonly spans: readonly Span[]
      readonly isReconciled: boolean
    }
  /** An answer, or a part of it. After the last one whoever asked may ask for more. */
  | ({
      readonly type: 'range'
      readonly id: number
      readonly delta: Delta
      readonly isLast: boolean
    } & Telling)
  /** What was asked for lies below a floor: compare. */
  | { readonly type: 'below'; readonly id: number; readonly floors: readonly Floor[] }
  | { readonly type: 'compare'; readonly id: number }
  | {
      readonly type: 'sums'
      readonly id: number
      readonly heard: readonly Span[]
      readonly sums: readonly Sum[]
    }
  | { readonly type: 'buckets'; readonly id: number; readonly buckets: readonly Bucket[] }
  /** To a member of the same shared database: the meta row of a commit that was made here. */
  | { readonly type: 'moved'; readonly meta: Meta }
  /** Of a newer version: to be passed over. */
  | { readonly type: 'unknown' }

export type MessageType = Message['type']
