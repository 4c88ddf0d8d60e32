// The table behind Live: values with an end, forgotten on restart. Expiry is one sleeper that wakes for the earliest
// end, so that ten thousand values cost one timer.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import { Feed } from './feed.ts'
import type { Live, LiveChange, LiveTopic, LiveTopics } from './live.ts'

/** Keys of one topic: above the spaces and steps of a large peer; past it something leaks or attacks. */
export const MAX_KEYS_PER_TOPIC = 50_000
/** Watchers of one topic: one for each browser tab of a large peer. */
export const MAX_WATCHERS_PER_TOPIC = 10_000
/** The longest life of a value, milliseconds: what is to live for a day belongs into Records. */
export const MAX_TTL_MS = 24 * 60 * 60 * 1000

interface Entry {
  readonly value: unknown
  readonly endsMs: number
}

interface Topic {
  readonly entries: Map<string, Entry>
  readonly feeds: Set<Feed<string, LiveChange<LiveTopic>>>
}

class LiveTable implements Live {
  readonly #clock: Clock
  readonly #topics = new Map<LiveTopic, Topic>()
  /** The running sleep, and when it ends on the monotonic clock. */
  #sleep: { readonly abort: AbortController; readonly endsMs: number } | undefined
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  publish<T extends LiveTopic>(topic: T, key: string, value: LiveTopics[T], ttlMs: number): void {
    if (this.#closed) return
    const { entries } = this.#topic(topic)
    if (!entries.has(key) && entries.size >= MAX_KEYS_PER_TOPIC) {
      throw new SkeinError('too_large', { thing: `live topic ${topic}`, limit: MAX_KEYS_PER_TOPIC })
    }
    const lifeMs = Math.min(Math.max(ttlMs, 0), MAX_TTL_MS)
    const endsMs = this.#clock.monotonicMs() + lifeMs
    entries.set(key, { value, endsMs })
    this.#tell(topic, { key, value } as LiveChange<LiveTopic>)
    this.#sleepUntil(endsMs)
  }

  withdraw(topic: LiveTopic, key: string): void {
    if (this.#topics.get(topic)?.entries.delete(key)) this.#tell(topic, { key })
  }

  get<T extends LiveTopic>(topic: T, key: string): LiveTopics[T] | undefined {
    return this.#topics.get(topic)?.entries.get(key)?.value as LiveTopics[T] | undefined
  }

  entries<T extends LiveTopic>(topic: T): ReadonlyMap<string, LiveTopics[T]> {
    const found = new Map<string, LiveTopics[T]>()
    for (const [key, entry] of this.#topics.get(topic)?.entries ?? []) {
      found.set(key, entry.value as LiveTopics[T])
    }
    return found
  }

  watch<T extends LiveTopic>(
    topic: T,
    options: { signal?: AbortSignal } = {},
  ): AsyncIterable<LiveChange<T>> {
    const { feeds } = this.#topic(topic)
    if (this.#closed || feeds.size >= MAX_WATCHERS_PER_TOPIC) {
      throw new SkeinError('unavailable', { reason: this.#closed ? 'stopping' : 'too busy' })
    }
    const feed = new Feed<string, LiveChange<LiveTopic>>({
      maxPending: MAX_KEYS_PER_TOPIC,
      signal: options.signal,
      onEnd: (ended) => feeds.delete(ended),
    })
    if (!options.signal?.aborted) feeds.add(feed)
    return feed as AsyncIterable<LiveChange<T>>
  }

  /** Ends every watcher; nothing is published afterwards. */
  close(): void {
    this.#closed = true
    this.#sleep?.abort.abort()
    this.#sleep = undefined
    for (const { feeds, entries } of this.#topics.values()) {
      entries.clear()
      for (const feed of feeds) feed.end()
    }
  }

  #topic(name: LiveTopic): Topic {
    let topic = this.#topics.get(name)
    if (!topic) {
      topic = { entries: new Map(), feeds: new Set() }
      this.#topics.set(name, topic)
    }
    return topic
  }

  #tell(topic: LiveTopic, change: LiveChange<LiveTopic>): void {
    for (const feed of this.#topic(topic).feeds) feed.push(change.key, change)
  }

  /** Sees to it that the sleeper wakes at `endsMs` or before. */
  #sleepUntil(endsMs: number): void {
    if (this.#sleep && this.#sleep.endsMs <= endsMs) return
    this.#sleep?.abort.abort()
    const abort = new AbortController()
    this.#sleep = { abort, endsMs }
    const ms = Math.max(0, endsMs - this.#clock.monotonicMs())
    this.#clock.delay(ms, abort.signal).then(
      () => this.#wake(abort),
      () => undefined, // aborted: an earlier end came, or the table was closed
    )
  }

  #wake(abort: AbortController): void {
    if (this.#sleep?.abort !== abort) return
    this.#sleep = undefined
    const nextMs = this.#expire(this.#clock.monotonicMs())
    if (nextMs !== undefined) this.#sleepUntil(nextMs)
  }

  /** Drops what has ended; answers when the next ends. */
  #expire(nowMs: number): number | undefined {
    let nextMs: number | undefined
    for (const [topic, { entries }] of this.#topics) {
      for (const [key, { endsMs }] of entries) {
        if (endsMs <= nowMs) {
          entries.delete(key)
          this.#tell(topic, { key })
        } else if (nextMs === undefined || endsMs < nextMs) {
          nextMs = endsMs
        }
      }
    }
    return nextMs
  }
}

export function createLive(options: { readonly clock: Clock }): Live {
  return new LiveTable(options.clock)
}
