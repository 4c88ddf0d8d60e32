// Attempts to guess a secret, counted at every peer wherever they were made: each tells by Live how many its buckets have
// taken lately, and counts the others' as its own. Best effort: what is on its way between two peers is not counted yet,
// and peers that are cut off from one another count by themselves.

import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Live } from '../live/live.ts'
import { type BucketRule, Buckets } from './limits.ts'

/** What one peer tells of: past it an attacker with many addresses is counted by each peer for itself. */
const MAX_TOLD = 2000
/**
 * Names and addresses are told as hashes: whoever types a password into the field for the name does not tell it to all. The
 * whole key, a peer's id and this, is a key of Live and has at most 64 characters.
 */
const HASH_CHARS = 22

export interface GuessesOptions {
  readonly clock: Clock
  /** Absent where there are no other peers. */
  readonly live?: Pick<Live, 'publish' | 'watch'>
  /** This peer's id. */
  readonly self?: string
}

interface Told {
  count: number
  atMs: number
}

/** Buckets of one kind, on all peers together. */
export class Guesses {
  readonly #kind: 'address' | 'username' | 'code'
  readonly #options: GuessesOptions
  readonly #buckets: Buckets
  /** A bucket is full again after this long: then nothing needs to be known of it. */
  readonly #lifeMs: number
  /** By hash, the oldest first. */
  readonly #told = new Map<string, Told>()
  /** By key of Live: how many of another peer's attempts are counted here. */
  readonly #heard = new Map<string, number>()

  /** Kinds begin with different letters. */
  constructor(kind: 'address' | 'username' | 'code', rule: BucketRule, options: GuessesOptions) {
    this.#kind = kind
    this.#options = options
    this.#buckets = new Buckets(rule, options.clock)
    this.#lifeMs = rule.burst * rule.refillMs
  }

  /** Takes one attempt. Throws `rate_limited` with the seconds until the next. */
  take(key: string): void {
    const hash = this.#hashOf(key)
    this.#buckets.take(hash)
    this.#tell(hash, 1)
  }

  /** Takes nothing. Throws `rate_limited` where there is no attempt to take. */
  check(key: string): void {
    this.#buckets.check(this.#hashOf(key))
  }

  /** Takes the attempt of one that was let try and has failed. */
  owe(key: string): void {
    const hash = this.#hashOf(key)
    this.#buckets.owe(hash)
    this.#tell(hash, 1)
  }

  /** Gives an attempt back that turned out to be legitimate. */
  giveBack(key: string): void {
    const hash = this.#hashOf(key)
    this.#buckets.giveBack(hash)
    this.#tell(hash, -1)
  }

  /** Counts what others tell, until the signal aborts or Live ends. */
  async follow(signal?: AbortSignal): Promise<void> {
    const { live, self } = this.#options
    if (!live || self === undefined) return
    for await (const { key, value } of live.watch('guesses', signal && { signal })) {
      const [peer, mark = ''] = key.split('/')
      if (peer === self || mark[0] !== this.#kind[0]) continue
      this.#hear(key, mark.slice(1), value?.count)
    }
  }

  /** What is new since the last time; an end takes nothing back. */
  #hear(key: string, hash: string, count: number | undefined): void {
    const before = this.#heard.get(key) ?? 0
    if (count === undefined) {
      this.#heard.delete(key)
      return
    }
    this.#heard.set(key, count)
    const steps = Math.min(Math.abs(count - before), MAX_STEPS)
    for (let step = 0; step < steps; step++) {
      if (count > before) this.#buckets.owe(hash)
      else this.#buckets.giveBack(hash)
    }
  }

  #tell(hash: string, by: 1 | -1): void {
    const { live, self, clock } = this.#options
    if (!live || self === undefined) return
    const nowMs = clock.monotonicMs()
    this.#forget(nowMs)
    const before = this.#told.get(hash)
    if (before === undefined && this.#told.size >= MAX_TOLD) return
    const count = Math.max(0, (before?.count ?? 0) + by)
    this.#told.delete(hash)
    this.#told.set(hash, { count, atMs: nowMs })
    live.publish('guesses', `${self}/${this.#kind[0]}${hash}`, { count }, this.#lifeMs)
  }

  #forget(nowMs: number): void {
    for (const [hash, { atMs }] of this.#told) {
      if (nowMs - atMs < this.#lifeMs) return
      this.#told.delete(hash)
    }
  }

  #hashOf(key: string): string {
    const hash = createHash('sha256').update(`${this.#kind} ${key}`)
    return hash.digest('base64url').slice(0, HASH_CHARS)
  }
}

/** More at once empty any bucket. */
const MAX_STEPS = 100
