// Comparing everything with one peer: sums of all buckets, then what is in those that differ, then the transactions that
// were never heard of, with the floors under them. Rows may be written meanwhile, so the sums are compared again until
// nothing is new; what still slips through is found by the next digests.

import { Context } from './context.ts'
import type { Bucket, Span } from './delta.ts'
import { send, type Turn } from './effect.ts'
import type { Fingerprints } from './fingerprint.ts'
import { type Hash, isSameHash, NO_HASH } from './hash.ts'
import { BUCKETS_AT_ONCE, COMPARE_ROUNDS } from './limits.ts'
import type { Sum } from './message.ts'

/** One at a time: it costs both sides a good deal. */
export class Comparison {
  readonly peer: string
  readonly id: number
  /** What the other had heard of when its sums were last asked for. */
  heard: readonly Span[] = []
  sinceMs: number
  /** All buckets are equal, or were compared often enough. */
  isDone = false
  readonly differed = new Map<string, Bucket>()
  readonly #prints: Fingerprints
  /**
   * At what sums, theirs and then ours, and at what context of theirs a bucket was merged: it need not be fetched again
   * at the same. The context counts: what the other lacks is deleted or not there yet according to that.
   */
  readonly #merged = new Map<string, string>()
  #theirs = new Map<string, Hash>()
  #context: Hash = NO_HASH
  #queue: Bucket[] = []
  #rounds = 0
  #fetching: readonly Bucket[] = []

  constructor(peer: string, id: number, prints: Fingerprints, nowMs: number) {
    this.peer = peer
    this.id = id
    this.#prints = prints
    this.sinceMs = nowMs
  }

  ask(turn: Turn): void {
    this.#rounds += 1
    send(turn, this.peer, { type: 'compare', id: this.id })
  }

  sums(turn: Turn, heard: readonly Span[], sums: readonly Sum[]): void {
    this.heard = heard
    this.#context = Context.of(heard).hash
    this.#theirs = new Map(sums.map(({ bucket, hash }) => [nameOf(bucket), hash]))
    const all = [...sums, ...this.#prints.all()].map(({ bucket }) => bucket)
    const buckets = new Map(all.map((bucket) => [nameOf(bucket), bucket]))
    this.#queue = [...buckets.values()].filter((bucket) => this.#isOpen(bucket))
    for (const bucket of this.#queue) this.differed.set(nameOf(bucket), bucket)
    this.#next(turn)
  }

  /** After the buckets that were asked for have been merged. */
  merged(turn: Turn): void {
    for (const bucket of this.#fetching) this.#merged.set(nameOf(bucket), this.#state(bucket))
    this.#fetching = []
    if (this.#queue.length > 0) this.#next(turn)
    else if (this.#rounds < COMPARE_ROUNDS) this.ask(turn)
    else this.isDone = true
  }

  #next(turn: Turn): void {
    this.#fetching = this.#queue.splice(0, BUCKETS_AT_ONCE)
    if (this.#fetching.length === 0) this.isDone = true
    else send(turn, this.peer, { type: 'buckets', id: this.id, buckets: this.#fetching })
  }

  #isOpen(bucket: Bucket): boolean {
    const theirs = this.#theirs.get(nameOf(bucket)) ?? NO_HASH
    if (isSameHash(theirs, this.#prints.bucket(bucket.kind, bucket.number))) return false
    return this.#merged.get(nameOf(bucket)) !== this.#state(bucket)
  }

  #state(bucket: Bucket): string {
    const theirs = this.#theirs.get(nameOf(bucket)) ?? NO_HASH
    const ours = this.#prints.bucket(bucket.kind, bucket.number)
    return [theirs, ours, this.#context].map(({ high, low }) => `${high}.${low}`).join(' ')
  }
}

const nameOf = ({ kind, number }: Bucket): string => `${kind}/${number}`
