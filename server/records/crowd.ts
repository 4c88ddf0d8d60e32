// Members that write to one database at once. Only one commit of those decided upon a state succeeds, and the others look
// again; whoever has just succeeded would be the first again, so it gives way for about as long as its commit took. Who
// was refused goes on at once, and pauses only when that happens again and again.

import type { Clock, Random } from '../clock.ts'

/** Whoever came first gives way for up to so many times what its commit took. */
const GIVES_WAY = 2
/** And whoever lost for up to so much more with each time, ms. */
const FIRST_PAUSE_MS = 1
/** The longest pause, ms. */
const MAX_PAUSE_MS = 50
/** So long after another member was seen to write, ms, this one gives way. */
const CROWDED_MS = 1000
/** Refusals in a row after which it pauses. */
const PATIENT = 3

export class Crowd {
  readonly #clock: Clock
  readonly #random: Random
  #seenAtMs = Number.NEGATIVE_INFINITY
  #pauseMs = 0
  #refusals = 0
  #refusedSinceMs: number | undefined

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** Since when nothing could be committed because others did, monotonic ms. */
  get refusedSinceMs(): number | undefined {
    return this.#refusedSinceMs
  }

  /** Another member has written. */
  seen(): void {
    this.#seenAtMs = this.#clock.monotonicMs()
  }

  refused(): void {
    this.seen()
    this.#refusedSinceMs ??= this.#clock.monotonicMs()
    this.#refusals += 1
    const late = this.#refusals - PATIENT
    this.#pauseMs = late < 0 ? 0 : Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** late)
  }

  committed(tookMs: number): void {
    this.#refusals = 0
    this.#refusedSinceMs = undefined
    const isCrowded = this.#clock.monotonicMs() - this.#seenAtMs < CROWDED_MS
    this.#pauseMs = isCrowded ? Math.min(MAX_PAUSE_MS, GIVES_WAY * tookMs) : 0
  }

  /** Before the next commit; some of the time, by chance. Nothing when nobody else writes. */
  pause(): Promise<void> | undefined {
    const mostMs = this.#pauseMs
    this.#pauseMs = 0
    if (mostMs <= 0) return undefined
    const share = Buffer.from(this.#random(4)).readUInt32BE(0) / 2 ** 32
    return this.#clock.delay(mostMs * share)
  }
}
