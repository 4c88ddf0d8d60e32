// Time that stands still until a test moves it. Wall and monotonic time move together; a delay resolves when the
// clock is advanced past its end, in the order of the ends.

import type { Clock } from '../../server/clock.ts'

interface Waiting {
  readonly atMs: number
  wake(): void
}

export class TestClock implements Clock {
  #nowMs: number
  readonly #startMs: number
  #waiting: Waiting[] = []

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs
    this.#startMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs
  }

  /** How many delays are not over yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  delay(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== entry)
        reject(signal?.reason)
      }
      const entry: Waiting = {
        atMs: this.#nowMs + ms,
        wake: () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.push(entry)
    })
  }

  /** Moves time on; whoever was woken has run its next step when this resolves, and its new delays count as well. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      const next = this.#earliest(endMs)
      if (!next) break
      this.#waiting = this.#waiting.filter((other) => other !== next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.wake()
      await settle()
    }
    this.#nowMs = endMs
    await settle()
  }

  /** Moves time on as a machine's sleep does: whoever was due meanwhile is woken by the next `advance`. */
  skip(ms: number): void {
    this.#nowMs += ms
  }

  #earliest(endMs: number): Waiting | undefined {
    let best: Waiting | undefined
    for (const entry of this.#waiting) {
      if (entry.atMs <= endMs && (!best || entry.atMs < best.atMs)) best = entry
    }
    return best
  }
}

/** One turn of the event loop, so that everything already resolved has been acted upon. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
