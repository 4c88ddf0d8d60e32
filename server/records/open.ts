// Records over one store: memory answers every read, the line makes every change durable, the store keeps the streams.

import { SkeinError } from '#protocol/errors.ts'
import type { Id } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Log } from '../store/log.ts'
import type { Meta, Store, StoredEntry } from '../store/store.ts'
import { tick } from './hlc.ts'
import type { IndexKey, Kind, KindId, StreamName } from './kinds.ts'
import { Line } from './line.ts'
import { loadState } from './load.ts'
import type { ClaimKey, Decision, Records, Row, StreamEntry, View } from './records.ts'
import { viewOf } from './view.ts'
import { readEntry, Watchers } from './watchers.ts'

/** Entries of one read of a stream: about what a page shows, and below a millisecond of the store's time. */
export const MAX_READ = 500
const DEFAULT_READ = 100
/** An origin is 64 random bits: it must never meet itself, in no copy and no other cluster. */
const ORIGIN_BYTES = 8

export interface RecordsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Loads everything; the caller closes the store after the records. Rejects with `store_failed` or `store_full`. */
export async function openRecords(options: RecordsOptions): Promise<Records> {
  const { store, clock, log } = options
  const { state, meta } = await loadState(store, log)
  const watchers = new Watchers()
  const known = meta ?? (await begin(options))
  const line = new Line({ store, state, meta: known, clock, watchers })
  return new OpenRecords(known.origin, viewOf(state), line, watchers, options)
}

/** The first write of a new database gives it its identity. */
async function begin({ store, clock, random }: RecordsOptions): Promise<Meta> {
  const origin = Buffer.from(random(ORIGIN_BYTES)).toString('hex')
  const meta = { origin, seq: 0, hlc: tick(0n, clock.nowMs()), position: 0 }
  await store.commit({ meta, rows: [], tombstones: [], claims: [], entries: [] }, undefined)
  return meta
}

class OpenRecords implements Records {
  readonly origin: string
  readonly #view: View
  readonly #line: Line
  readonly #watchers: Watchers
  readonly #store: Store
  readonly #log: Log
  #closed = false

  constructor(
    origin: string,
    view: View,
    line: Line,
    watchers: Watchers,
    { store, log }: RecordsOptions,
  ) {
    this.origin = origin
    this.#view = view
    this.#line = line
    this.#watchers = watchers
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

  /** `ack: 'peer'` is the same as `local` as long as there is one peer. */
  async transact<T>(
    decide: (view: View) => Decision<T>,
    options: { ack?: 'local' | 'peer'; owner?: { assertValid(): void } } = {},
  ): Promise<T> {
    if (this.#closed) throw new SkeinError('unavailable', { reason: 'stopping' })
    return this.#line.transact(decide, options.owner)
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
