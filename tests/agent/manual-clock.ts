// A clock of the agent that a test moves: what waits is known, and time passes when told.

import type { Clock } from '../../agent/clock.ts'

export class ManualClock implements Clock {
  #nowMs = 0
  readonly #waiting = new Set<{ atMs: number; wake: () => void }>()

  monotonicMs(): number {
    return this.#nowMs
  }

  delay(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const waiter = { atMs: this.#nowMs + ms, wake: resolve }
      this.#waiting.add(waiter)
      signal?.addEventListener('abort', () => {
        this.#waiting.delete(waiter)
        reject(signal.reason)
      })
    })
  }

  /** How long each waiter still waits, shortest first. */
  get waitsMs(): number[] {
    return [...this.#waiting].map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b)
  }

  advance(ms: number): void {
    this.#nowMs += ms
    for (const waiter of Array.from(this.#waiting)) {
      if (waiter.atMs > this.#nowMs) continue
      this.#waiting.delete(waiter)
      waiter.wake()
    }
  }
}
