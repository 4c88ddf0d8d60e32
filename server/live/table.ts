// The table behind Live: values with an end, forgotten on restart. Expiry is one sleeper that wakes for the earliest
// end, so that ten thousand values cost one timer. Beside what this peer publishes stands what others do (foreign.ts).

import { SkeinError } from '#protocol/errors.ts'
import type { PeerId } from '#protocol/ids.ts'
import type { Clock } from '../clock.ts'
import { Feed } from './feed.ts'
import { Foreign, type Touched } from './foreign.ts'
import type { Live, LiveChange, LiveTopic, LiveTopics, LiveView } from './live.ts'
import { type LiveNews, MAX_KEY_CHARS } from './message.ts'
import { Outbox } from './outbox.ts'
import { outranks, type Said } from './rules.ts'

/** Keys of one topic: above the spaces and steps of a large peer; past it something leaks or attacks. */
export const MAX_KEYS_PER_TOPIC = 50_000
/** Watchers of one topic: one for each browser tab of a large peer. */
export const MAX_WATCHERS_PER_TOPIC = 10_000
/** Changes that wait for one watcher; with those of other peers there may be more keys than of our own. */
const MAX_PENDING_KEYS = 10 * MAX_KEYS_PER_TOPIC
/** The longest life of a value, milliseconds: what is to live for a day belongs into Records. */
export const MAX_TTL_MS = 24 * 60 * 60 * 1000

interface Entry extends Said {
  readonly endsMs: number
}

type Feeds = Set<Feed<string, LiveChange<LiveTopic>>>

interface Topic {
  readonly entries: Map<string, Entry>
  /** Of what this peer publishes, and of what all do. */
  readonly ownFeeds: Feeds
  readonly feeds: Feeds
}

export class LiveTable implements Live {
  readonly own: LiveView
  readonly outbox = new Outbox()
  readonly #foreign = new Foreign()
  readonly #peer: string
  readonly #clock: Clock
  readonly #topics = new Map<LiveTopic, Topic>()
  /** The running sleep, and when it ends on the monotonic clock. */
  #sleep: { readonly abort: AbortController; readonly endsMs: number } | undefined
  #closed = false

  constructor({ clock, peer }: LiveTableOptions) {
    this.#clock = clock
    this.#peer = peer ?? ''
    this.own = {
      get: (topic, key) => this.#ownEntry(topic, key)?.value as never,
      entries: (topic) => this.#ownEntries(topic) as never,
      watch: (topic, options) => this.#watch(this.#topic(topic).ownFeeds, options) as never,
    }
  }

  /** Values of others that were not taken, by reason. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#foreign.refusals
  }

  publish<T extends LiveTopic>(
    topic: T,
    key: string,
    value: LiveTopics[T],
    ttlMs: number,
    epoch = 0,
  ): void {
    if (this.#closed) return
    // Another peer would take no message with such a key in it, and so nothing of ours.
    if (key.length > MAX_KEY_CHARS) {
      throw new SkeinError('too_large', { thing: `key of ${topic}`, limit: MAX_KEY_CHARS })
    }
    const { entries } = this.#topic(topic)
    if (!entries.has(key) && entries.size >= MAX_KEYS_PER_TOPIC) {
      throw new SkeinError('too_large', { thing: `live topic ${topic}`, limit: MAX_KEYS_PER_TOPIC })
    }
    const lifeMs = Math.min(Math.max(ttlMs, 0), MAX_TTL_MS)
    const endsMs = this.#clock.monotonicMs() + lifeMs
    const atMs = this.#clock.nowMs()
    entries.set(key, { value, endsMs, epoch, atMs, peer: this.#peer })
    this.outbox.publish({ topic, key, value, epoch, atMs, endsMs })
    this.#tellOwn(topic, key)
    this.#sleepUntil(endsMs)
  }

  withdraw(topic: LiveTopic, key: string): void {
    if (!this.#topics.get(topic)?.entries.delete(key)) return
    this.outbox.withdraw(topic, key)
    this.#tellOwn(topic, key)
  }

  get<T extends LiveTopic>(topic: T, key: string): LiveTopics[T] | undefined {
    return this.#best(topic, key)?.value as LiveTopics[T] | undefined
  }

  getOf<T extends LiveTopic>(topic: T, key: string, epoch: number): LiveTopics[T] | undefined {
    const best = this.#best(topic, key)
    return best?.epoch === epoch ? (best.value as LiveTopics[T]) : undefined
  }

  others(topic: LiveTopic, key: string): readonly PeerId[] {
    return this.#foreign.publishersOf(topic, key)
  }

  entries<T extends LiveTopic>(topic: T): ReadonlyMap<string, LiveTopics[T]> {
    const found = this.#ownEntries(topic)
    for (const key of this.#foreign.keys(topic)) found.set(key, this.#best(topic, key)?.value)
    return found as ReadonlyMap<string, LiveTopics[T]>
  }

  watch<T extends LiveTopic>(
    topic: T,
    options: { signal?: AbortSignal } = {},
  ): AsyncIterable<LiveChange<T>> {
    return this.#watch(this.#topic(topic).feeds, options) as AsyncIterable<LiveChange<T>>
  }

  /** A line to another peer has begun; its run tells a restarted one. */
  begin(peer: PeerId, run: string): void {
    this.#tellAll(this.#foreign.begin(peer, run))
  }

  /** What another peer says. Values that are refused are counted. */
  take(peer: PeerId, news: LiveNews): void {
    if (this.#closed) return
    const now = { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.nowMs() }
    this.#tellAll(this.#foreign.take(peer, news, now))
  }

  /** Another peer is gone, and with it what it said. */
  drop(peer: PeerId): void {
    this.#tellAll(this.#foreign.drop(peer))
  }

  /** Ends what others said and have not confirmed in time. */
  expireForeign(): void {
    this.#tellAll(this.#foreign.expire(this.#clock.monotonicMs()))
  }

  /** Who has said something here, and which run of it. */
  get publishers(): ReadonlyMap<PeerId, string> {
    return this.#foreign.publishers
  }

  /** Ends every watcher; nothing is published afterwards. */
  close(): void {
    this.#closed = true
    this.#sleep?.abort.abort()
    this.#sleep = undefined
    for (const { feeds, ownFeeds, entries } of this.#topics.values()) {
      entries.clear()
      for (const feed of [...feeds, ...ownFeeds]) feed.end()
    }
  }

  #watch(feeds: Feeds, options: { signal?: AbortSignal } = {}) {
    if (this.#closed || feeds.size >= MAX_WATCHERS_PER_TOPIC) {
      throw new SkeinError('unavailable', { reason: this.#closed ? 'stopping' : 'too busy' })
    }
    const feed = new Feed<string, LiveChange<LiveTopic>>({
      maxPending: MAX_PENDING_KEYS,
      signal: options.signal,
      onEnd: (ended) => feeds.delete(ended),
    })
    if (!options.signal?.aborted) feeds.add(feed)
    return feed
  }

  #ownEntry(topic: LiveTopic, key: string): Entry | undefined {
    return this.#topics.get(topic)?.entries.get(key)
  }

  #ownEntries(topic: LiveTopic): Map<string, unknown> {
    const entries = this.#topics.get(topic)?.entries ?? []
    return new Map([...entries].map(([key, { value }]) => [key, value]))
  }

  #best(topic: LiveTopic, key: string): Said | undefined {
    const own = this.#ownEntry(topic, key)
    const other = this.#foreign.get(topic, key)
    return own && other ? (outranks(topic, own, other) ? own : other) : (own ?? other)
  }

  #topic(name: LiveTopic): Topic {
    let topic = this.#topics.get(name)
    if (!topic) {
      topic = { entries: new Map(), feeds: new Set(), ownFeeds: new Set() }
      this.#topics.set(name, topic)
    }
    return topic
  }

  #tellOwn(topic: LiveTopic, key: string): void {
    push(this.#topic(topic).ownFeeds, key, this.#ownEntry(topic, key))
    push(this.#topic(topic).feeds, key, this.#best(topic, key))
  }

  #tellAll(touched: readonly Touched[]): void {
    for (const { topic, key } of touched) {
      push(this.#topic(topic).feeds, key, this.#best(topic, key))
    }
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
          this.outbox.withdraw(topic, key)
          this.#tellOwn(topic, key)
        } else if (nextMs === undefined || endsMs < nextMs) {
          nextMs = endsMs
        }
      }
    }
    return nextMs
  }
}

/** `value` is given where there is one. */
function push(feeds: Feeds, key: string, said: Said | undefined): void {
  const change = (said ? { key, value: said.value } : { key }) as LiveChange<LiveTopic>
  for (const feed of feeds) feed.push(key, change)
}

export interface LiveTableOptions {
  readonly clock: Clock
  /** Under which others know this one; of two words of one instant it decides. */
  readonly peer?: PeerId
}

export function createLive(options: LiveTableOptions): LiveTable {
  return new LiveTable(options)
}
