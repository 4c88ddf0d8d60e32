// Everything that one store holds into another that is new, whatever drivers they have: between a database server and the file
// that a backup is made of. What others write meanwhile comes after it as news, so that the copy is of one instant.

import { SkeinError } from '#protocol/errors.ts'
import {
  type Batch,
  type Meta,
  NEWS_BATCH,
  type Store,
  type StoredEntry,
  type StoredSpan,
  UNFINISHED,
} from '../store/store.ts'

/** Bodies of one answer when entries are read. */
const ANSWER_BYTES = 1024 * 1024

/** Answers what the copy is of. Rejects with the codes of the stores, and `restore_not_empty` where there is something. */
export async function copyStore(from: Store, to: Store, place: string): Promise<Meta | undefined> {
  if (await to.meta()) throw new SkeinError('restore_not_empty', { folder: place })
  const target = new Target(to)
  let meta: Meta | undefined
  const origins = new Map<string, number>()
  for await (const batch of from.load()) {
    meta = batch.meta
    origins.set(meta.origin, meta.seq)
    for (const { origin, head } of batch.heard ?? []) origins.set(origin, head)
    await target.add(batch)
  }
  if (!meta) return undefined
  const spans = [...origins].map(([origin, high]) => ({ origin, low: 1, high }))
  for await (const entries of entriesOf(from, spans)) await target.add({ ...EMPTY, meta, entries })
  const last = await addNews(from, meta, target)
  await target.finish(last)
  return last
}

const EMPTY = { rows: [], tombstones: [], claims: [], entries: [] } as const

/** What was written since it was begun; answers the instant up to which that is all. */
async function addNews(from: Store, after: Meta, target: Target): Promise<Meta> {
  if (!from.shared) return after
  const news = await from.news(after)
  if (news.kind !== 'news') {
    throw new SkeinError('backup_failed', { reason: 'the database changed too much meanwhile' })
  }
  for (const batch of news.batches) await target.add(batch)
  return news.meta
}

/** Streams are known by their entries alone, and those are found by the transactions that wrote them. */
async function* entriesOf(
  from: Store,
  spans: readonly StoredSpan[],
): AsyncGenerator<readonly StoredEntry[]> {
  for (const span of spans) {
    for (let high = span.high; high >= span.low; ) {
      const wanted = [{ ...span, high }]
      const answer = await from.readSpans({ spans: wanted, maxBytes: ANSWER_BYTES })
      yield answer.entries
      high = (answer.spans[0]?.low ?? span.low) - 1
    }
  }
}

class Target {
  readonly #store: Store
  #meta: Meta | undefined

  constructor(store: Store) {
    this.#store = store
  }

  async add(batch: Batch): Promise<void> {
    for (let at = 0; at === 0 || at < batch.entries.length; at += NEWS_BATCH) {
      const entries = batch.entries.slice(at, at + NEWS_BATCH)
      await this.#commit({ ...(at === 0 ? batch : EMPTY), entries }, batch.meta, UNFINISHED)
    }
  }

  /** From now on it is one that a server may start with. */
  async finish(meta: Meta): Promise<void> {
    await this.#commit(EMPTY, meta, meta.origin)
  }

  async #commit(batch: Omit<Batch, 'meta'>, of: Meta, origin: string): Promise<void> {
    const meta = { ...of, origin, revision: (this.#meta?.revision ?? -1) + 1 }
    await this.#store.commit({ ...batch, meta }, this.#meta)
    this.#meta = meta
  }
}
