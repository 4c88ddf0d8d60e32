// Since when nobody drives a host, as this peer has seen it: what is live ends without a word, so its end is noted here.

import type { Clock } from '../clock.ts'
import type { Live } from '../live/live.ts'

export class HostPresence {
  readonly #clock: Clock
  readonly #startedMs: number
  /** By host, wall time in ms. There are as many as hosts. */
  readonly #lost = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedMs = clock.nowMs()
  }

  /** Ends with the signal. */
  async follow(live: Pick<Live, 'watch'>, signal: AbortSignal): Promise<void> {
    for await (const { key, value } of live.watch('host', { signal })) {
      if (value !== undefined) this.#lost.delete(key)
      else if (!this.#lost.has(key)) this.#lost.set(key, this.#clock.nowMs())
    }
  }

  /** Wall time in ms; the start of this process for what it has never seen driven. */
  lostAt(hostId: string): number {
    return this.#lost.get(hostId) ?? this.#startedMs
  }
}
