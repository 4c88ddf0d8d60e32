// Token buckets: a burst, then one more attempt each so often. Kept per peer and in memory; bounded, so that an
// attacker with many names or addresses cannot fill the peer's memory.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'

export interface BucketRule {
  /** Attempts at once. */
  readonly burst: number
  /** One attempt comes back after this long. */
  readonly refillMs: number
}

/** A mistyped password or two an address never notices; 1,200 guesses an hour at most. */
export const ADDRESS_RULE: BucketRule = { burst: 20, refillMs: 3000 }
/** A name is guessed at from many addresses: 360 an hour, against passwords of ten characters. */
export const USERNAME_RULE: BucketRule = { burst: 10, refillMs: 10_000 }
/** Six digits, three of which fit at a time: 60 guesses an hour are good for one in two hundred thousand. */
export const CODE_RULE: BucketRule = { burst: 5, refillMs: 60_000 }
/** About 2 MB; beyond it the key that was used longest ago is forgotten. */
const MAX_KEYS = 10_000

interface Bucket {
  tokens: number
  atMs: number
}

export class Buckets {
  readonly #rule: BucketRule
  readonly #clock: Clock
  /** Map order is order of use: a bucket is put at the end each time. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(rule: BucketRule, clock: Clock) {
    this.#rule = rule
    this.#clock = clock
  }

  get size(): number {
    return this.#buckets.size
  }

  /** Takes one attempt. Throws `rate_limited` with the seconds until the next. */
  take(key: string): void {
    this.check(key)
    this.#refilled(key).tokens -= 1
  }

  /** Takes nothing. Throws `rate_limited` where there is no attempt to take. */
  check(key: string): void {
    const { tokens } = this.#refilled(key)
    if (tokens >= 1) return
    const waitMs = (1 - tokens) * this.#rule.refillMs
    throw new SkeinError('rate_limited', { seconds: Math.ceil(waitMs / 1000) })
  }

  /**
   * Takes the attempt of one that was let try and has failed. Of many at once some may have found none left: those make
   * a debt, so that trying many at once gains nothing; a burst at most, so that it is soon paid.
   */
  owe(key: string): void {
    const bucket = this.#refilled(key)
    bucket.tokens = Math.max(-this.#rule.burst, bucket.tokens - 1)
  }

  /** Gives an attempt back that turned out to be legitimate. */
  giveBack(key: string): void {
    const bucket = this.#refilled(key)
    bucket.tokens = Math.min(this.#rule.burst, bucket.tokens + 1)
  }

  #refilled(key: string): Bucket {
    const nowMs = this.#clock.monotonicMs()
    const bucket = this.#buckets.get(key) ?? { tokens: this.#rule.burst, atMs: nowMs }
    const gained = (nowMs - bucket.atMs) / this.#rule.refillMs
    bucket.tokens = Math.min(this.#rule.burst, bucket.tokens + gained)
    bucket.atMs = nowMs
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    this.#forgetOldest()
    return bucket
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= MAX_KEYS) return
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest)
      return
    }
  }
}

/** One home or server owns a whole /64 of IPv6, so that is what counts as one address. */
export function bucketOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length)
  return [...groups, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}
