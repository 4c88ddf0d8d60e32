// Who is told what, after it is durable: watchers of a kind (joined by id while they wait) and tails of a stream
// (every entry).

import { SkeinError } from '#protocol/errors.ts'
import { Feed } from '../live/feed.ts'
import type { StoredEntry } from '../store/store.ts'
import { type Effects, entryId } from './effects.ts'
import { ensure } from './ensure.ts'
import type { Kind, StreamName } from './kinds.ts'
import type { KeptRow } from './layer.ts'
import type { Changed, StreamEntry } from './records.ts'
import { restoreBody } from './value.ts'

/** Ids that may wait for one watcher: a reader that is further behind does better to list anew. */
export const MAX_PENDING_IDS = 100_000
/** Entries that may wait for one tail, which nothing joins. */
export const MAX_PENDING_ENTRIES = 10_000
/** Watchers and tails together: one or two for each browser tab of a large peer. */
export const MAX_WATCHERS = 20_000

type AnyChanged = Changed<Kind>
type AnyEntry = StreamEntry<StreamName>

export class Watchers {
  readonly #feeds = new Map<Kind, Set<Feed<string, AnyChanged>>>()
  readonly #tails = new Map<StreamName, Set<Feed<number, AnyEntry>>>()
  #count = 0
  #closed = false

  watch<K extends Kind>(kind: K, signal: AbortSignal | undefined): AsyncIterable<Changed<K>> {
    const feeds = ensure(this.#feeds, kind, () => new Set<Feed<string, AnyChanged>>())
    const feed = this.#open(feeds, { maxPending: MAX_PENDING_IDS, join, signal })
    return feed as unknown as AsyncIterable<Changed<K>>
  }

  tail<S extends StreamName>(
    stream: S,
    signal: AbortSignal | undefined,
  ): AsyncIterable<StreamEntry<S>> {
    const tails = ensure(this.#tails, stream, () => new Set<Feed<number, AnyEntry>>())
    const feed = this.#open(tails, { maxPending: MAX_PENDING_ENTRIES, signal })
    return feed as unknown as AsyncIterable<StreamEntry<S>>
  }

  tell({ seq, rows, entries, learned }: Effects): void {
    const origin = learned ? 'merge' : 'local'
    for (const { kind, id, groups, before, after } of rows) {
      if (!isShown(before) && !isShown(after)) continue
      const changed = { id, version: seq, groups, origin } as unknown as AnyChanged
      for (const feed of this.#feeds.get(kind) ?? []) feed.push(id, changed)
    }
    for (const entry of entries) {
      const tails = this.#tails.get(entry.stream as StreamName)
      if (!tails?.size) continue
      const read = readable(entry)
      if (read) for (const tail of tails) tail.push(entry.position, read)
    }
  }

  close(): void {
    this.#closed = true
    for (const feeds of [...this.#feeds.values(), ...this.#tails.values()]) {
      for (const feed of feeds) feed.end()
    }
  }

  #open<K, V>(
    feeds: Set<Feed<K, V>>,
    options: { maxPending: number; join?: (a: V, b: V) => V; signal: AbortSignal | undefined },
  ): Feed<K, V> {
    if (this.#closed) throw new SkeinError('unavailable', { reason: 'stopping' })
    if (this.#count >= MAX_WATCHERS) throw new SkeinError('unavailable', { reason: 'too busy' })
    this.#count++
    const onEnd = (ended: Feed<K, V>) => {
      feeds.delete(ended)
      this.#count--
    }
    const feed = new Feed<K, V>({ ...options, onEnd })
    if (!options.signal?.aborted) feeds.add(feed)
    return feed
  }
}

const isShown = (row: KeptRow | undefined): boolean => row !== undefined && !row.isHidden

/** What another version wrote may not be readable here. */
function readable(entry: StoredEntry): AnyEntry | undefined {
  try {
    return readEntry(entry)
  } catch {
    return undefined
  }
}

/** Throws when the entry's body does not fit its schema. */
export function readEntry(entry: StoredEntry): AnyEntry {
  return {
    id: entryId(entry),
    position: entry.position,
    at: entry.atMs,
    subject: entry.subject,
    body: restoreBody(entry.stream as StreamName, entry.body),
  } as AnyEntry
}

function join(older: AnyChanged, newer: AnyChanged): AnyChanged {
  const groups = [...new Set([...older.groups, ...newer.groups])]
  // What came from elsewhere must not hide behind a later write of ours.
  const origin = older.origin === 'merge' ? 'merge' : newer.origin
  return { ...newer, groups, origin }
}
