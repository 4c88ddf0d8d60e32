// How long somebody waited, over many times: the middle, the 99th percentile and the worst, told together with how busy
// the machine was, since a figure of a busy machine says little about a quiet one.

import { loadavg } from 'node:os'

export class Latency {
  readonly #times: number[] = []

  /** Times one wait, ms. */
  async of(wait: () => Promise<unknown>): Promise<void> {
    const beganMs = performance.now()
    await wait()
    this.#times.push(performance.now() - beganMs)
  }

  get p50Ms(): number {
    return this.#at(0.5)
  }

  get p99Ms(): number {
    return this.#at(0.99)
  }

  get maxMs(): number {
    return this.#at(1)
  }

  toString(): string {
    const figures = [this.p50Ms, this.p99Ms, this.maxMs].map((ms) => ms.toFixed(1))
    const load = loadavg()[0]?.toFixed(1)
    return `p50, p99, max ${figures.join(', ')} ms of ${this.#times.length}, load ${load}`
  }

  /** Of few times the 99th percentile is the second longest, so that one hiccup of a busy machine is not a result. */
  #at(share: number): number {
    const sorted = this.#times.toSorted((a, b) => a - b)
    return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.POSITIVE_INFINITY
  }
}
