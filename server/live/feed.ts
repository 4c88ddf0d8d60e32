// What one watcher has not read yet. Changes of one key are joined while they wait, so that a slow reader costs one
// entry a key and never the publisher's time. Shared by Live and Records.

import { SkeinError } from '#protocol/errors.ts'

export interface FeedOptions<K, V> {
  /** The most keys that may wait; past it the reader gets `unavailable` and has to watch anew. */
  readonly maxPending: number
  /** Joins a change with an older one of the same key that was not read yet. */
  readonly join?: (older: V, newer: V) => V
  readonly signal?: AbortSignal | undefined
  /** Called once, when the reader has gone or the feed was ended. */
  readonly onEnd: (feed: Feed<K, V>) => void
}

/** Collects from the moment it is made; may be iterated once. */
export class Feed<K, V> implements AsyncIterable<V>, AsyncIterator<V> {
  readonly #options: FeedOptions<K, V>
  readonly #pending = new Map<K, V>()
  readonly #readers: PromiseWithResolvers<IteratorResult<V>>[] = []
  #state: 'open' | 'ended' = 'open'
  #failure: SkeinError | undefined

  constructor(options: FeedOptions<K, V>) {
    this.#options = options
    options.signal?.addEventListener('abort', this.#abort, { once: true })
    if (options.signal?.aborted) this.end()
  }

  push(key: K, value: V): void {
    if (this.#state === 'ended') return
    const reader = this.#readers.shift()
    if (reader) {
      reader.resolve({ value, done: false })
      return
    }
    const older = this.#pending.get(key)
    if (older === undefined && this.#pending.size >= this.#options.maxPending) {
      this.#overflow()
      return
    }
    const join = this.#options.join
    this.#pending.set(key, older !== undefined && join ? join(older, value) : value)
  }

  /** Stops collecting. What waits is dropped: a reader that stopped wants no more of it. */
  end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#pending.clear()
    this.#options.signal?.removeEventListener('abort', this.#abort)
    for (const reader of this.#readers.splice(0)) reader.resolve({ value: undefined, done: true })
    this.#options.onEnd(this)
  }

  async next(): Promise<IteratorResult<V>> {
    const first = this.#pending.entries().next()
    if (!first.done) {
      const [key, value] = first.value
      this.#pending.delete(key)
      return { value, done: false }
    }
    if (this.#failure) {
      const failure = this.#failure
      this.#failure = undefined
      throw failure
    }
    if (this.#state === 'ended') return { value: undefined, done: true }
    const reader = Promise.withResolvers<IteratorResult<V>>()
    this.#readers.push(reader)
    return reader.promise
  }

  async return(): Promise<IteratorResult<V>> {
    this.end()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  readonly #abort = (): void => this.end()

  #overflow(): void {
    const reason = `too busy: a watcher fell ${this.#options.maxPending} changes behind`
    this.#failure = new SkeinError('unavailable', { reason })
    this.end()
  }
}
