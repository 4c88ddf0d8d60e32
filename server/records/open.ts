// Records over one store: memory answers every read, the line makes every change durable, the store keeps the streams.

import { SkeinError } from '#protocol/errors.ts'
import type { Id } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Log } from '../store/log.ts'
import type { Meta, Store, StoredEntry } from '../store/store.ts'
import { CatchUp, type Caught } from './catch-up.ts'
import { Crowd } from './crowd.ts'
import type { Effects } from './effects.ts'
import { tick } from './hlc.ts'
import type { IndexKey, Kind, KindId, StreamName } from './kinds.ts'
import { Line } from './line.ts'
import { type Loaded, loadState } from './load.ts'
import { freshOrigin } from './origin.ts'
import { Poll } from './poll.ts'
import type {
  ClaimKey,
  Decision,
  Records,
  Row,
  StreamEntry,
  TransactOptions,
  View,
} from './records.ts'
import { Replica } from './replica.ts'
import type { Replicable } from './replicable.ts'
import { viewOf } from './view.ts'
import { readEntry, Watchers } from './watchers.ts'

/** Entries of one read of a stream: about what a page shows, and below a millisecond of the store's time. */
export const MAX_READ = 500
const DEFAULT_READ = 100

export interface RecordsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Records, and the door through which they are replicated. */
export interface ReplicatedRecords extends Records {
  readonly replica: Replicable
}

/**
 * Loads everything; the caller closes the store after the records. Rejects with `store_failed`, `store_full` or
 * `store_unavailable`.
 */
export async function openRecords(options: RecordsOptions): Promise<ReplicatedRecords> {
  const { store, clock, random, log } = options
  const { state, heard, floors, meta } = await loadOrBegin(options)
  const watchers = new Watchers()
  const catchUp = store.shared
    ? new CatchUp({ store, state, heard, clock, random, log })
    : undefined
  let replica: Replica | undefined
  const onDurable = (effects: readonly Effects[]) => replica?.settled(effects)
  const onCaught = (caught: Caught) => replica?.caughtUp(caught)
  const shared = catchUp && { catchUp, crowd: new Crowd(clock, random), onCaught }
  const line = new Line({ store, state, meta, heard, clock, watchers, log, onDurable, shared })
  replica = new Replica({ store, state, line, heard, floors, clock, catchUp })
  // What was written while it was being loaded.
  await line.refresh()
  const poll = store.shared ? new Poll({ store, line, clock, log }) : undefined
  return new OpenRecords(viewOf(state), line, watchers, replica, { ...options, poll })
}

/** Of members that begin a new database together one is the first, and the others find it begun. */
async function loadOrBegin(options: RecordsOptions): Promise<Loaded & { readonly meta: Meta }> {
  const { store, log } = options
  for (;;) {
    const loaded = await loadState(store, log)
    if (loaded.meta) return { ...loaded, meta: loaded.meta }
    try {
      return { ...loaded, meta: await begin(options) }
    } catch (error) {
      const isOthers = error instanceof SkeinError && error.code === 'store_moved'
      if (!store.shared || !isOthers) throw error
    }
  }
}

/** The first write of a new database gives it its identity. */
async function begin({ store, clock, random }: RecordsOptions): Promise<Meta> {
  const origin = freshOrigin(random)
  const meta = { origin, seq: 0, hlc: tick(0n, clock.nowMs()), position: 0, revision: 0 }
  await store.commit({ meta, rows: [], tombstones: [], claims: [], entries: [] }, undefined)
  return meta
}

class OpenRecords implements ReplicatedRecords {
  readonly #view: View
  readonly #line: Line
  readonly #watchers: Watchers
  readonly #store: Store
  readonly #log: Log
  readonly #poll: Poll | undefined
  readonly replica: Replicable
  #closed = false

  constructor(
    view: View,
    line: Line,
    watchers: Watchers,
    replica: Replica,
    { store, log, poll }: RecordsOptions & { readonly poll: Poll | undefined },
  ) {
    this.replica = replica
    this.#view = view
    this.#line = line
    this.#watchers = watchers
    this.#poll = poll
    this.#store = store
    this.#log = log
  }

  get<K extends Kind>(kind: K, id: KindId<K>): Row<K> | undefined {
    return this.#view.get(kind, id)
  }

  list<K extends Kind>(kind: K, index?: IndexKey<K>): readonly Row<K>[] {
    return this.#view.list(kind, index)
  }

  holder(claim: ClaimKey): Id | undefined {
    return this.#view.holder(claim)
  }

  /** With `ack: 'peer'` it waits a little for another peer to have it, and `told` says whether one has. */
  async transact<T>(
    decide: (view: View) => Decision<T>,
    options: TransactOptions = {},
  ): Promise<T> {
    if (this.#closed) throw new SkeinError('unavailable', { reason: 'stopping' })
    const result = await this.#line.transact(decide, options.owner)
    if (options.ack === 'peer' || options.ack === 'every') {
      const by = options.ack === 'peer' ? 'one' : 'every'
      const { receipts, seq } = this.replica
      const received = await receipts?.received(seq, by)
      options.told?.(received ?? { peers: 0, of: 0 })
    }
    return result
  }

  watch<K extends Kind>(kind: K, options: { signal?: AbortSignal } = {}) {
    return this.#watchers.watch(kind, options.signal)
  }

  tail<S extends StreamName>(stream: S, options: { signal?: AbortSignal } = {}) {
    return this.#watchers.tail(stream, options.signal)
  }

  async read<S extends StreamName>(
    stream: S,
    query: { subject?: string; before?: number; limit?: number } = {},
  ): Promise<readonly StreamEntry<S>[]> {
    const limit = Math.min(Math.max(1, query.limit ?? DEFAULT_READ), MAX_READ)
    const { subject, before } = query
    const entries = await this.#store.readStream({ stream, subject, before, limit })
    return entries.flatMap((entry) => this.#readable(entry)) as unknown as StreamEntry<S>[]
  }

  /** Ends every watch and waits for what was accepted; the store stays open. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#poll?.close()
    await this.#line.idle()
    this.#watchers.close()
  }

  #readable(entry: StoredEntry): StreamEntry<StreamName>[] {
    try {
      return [readEntry(entry)]
    } catch (error) {
      const { stream, position } = entry
      this.#log.error({ stream, position, err: error }, 'hiding an entry that is not valid')
      return []
    }
  }
}
