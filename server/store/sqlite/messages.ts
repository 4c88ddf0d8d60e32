// What the main thread asks of the database's thread, and what it answers. Copied by structured clone, one answer to
// each question, in order.

import type { ErrorBody } from '#protocol/errors.ts'
import type { Batch, Meta, SpanQuery, StoredEntry, StreamQuery, Sweep } from '../store.ts'
import type { Failure } from './failure.ts'
import type { PackedBatch, PackedSpans } from './packed.ts'

export interface WorkerStart {
  readonly path: string
  /** A file URL of the folder with the migrations. */
  readonly migrations: string
}

interface Calls {
  /** Answered first of all, when the database is open. */
  open: { ask: undefined; answer: { meta: Meta | undefined } }
  /** The next batch of a load; nothing when it is over. A new load begins after that. */
  load: { ask: undefined; answer: PackedBatch | undefined }
  commit: { ask: { batch: Batch; after: Meta | undefined }; answer: undefined }
  meta: { ask: undefined; answer: Meta | undefined }
  read: { ask: StreamQuery; answer: StoredEntry[] }
  sweep: { ask: Sweep; answer: number }
  spans: { ask: SpanQuery; answer: PackedSpans }
  close: { ask: undefined; answer: undefined }
}

export type Op = keyof Calls
export type Ask<O extends Op> = Calls[O]['ask']
export type Answer<O extends Op> = Calls[O]['answer']

export interface Question<O extends Op = Op> {
  readonly id: number
  readonly op: O
  readonly ask: Ask<O>
}

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly refused: ErrorBody }
  | { readonly id: number; readonly failed: Failure }
