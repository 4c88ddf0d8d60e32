// Looks, each second, whether other members have written to a shared database. They tell one another at once (the cluster's
// lines); this is for what was not told.

import type { Clock } from '../clock.ts'
import type { Log } from '../store/log.ts'
import { isSameMeta, type Store } from '../store/store.ts'
import type { Line } from './line.ts'

/** How often it is looked, ms: one read of one row. */
export const POLL_MS = 1000

export interface PollOptions {
  readonly store: Store
  readonly line: Line
  readonly clock: Clock
  readonly log: Log
}

export class Poll {
  readonly #options: PollOptions
  readonly #closed = new AbortController()
  readonly #loop: Promise<void>
  #isFailing = false

  constructor(options: PollOptions) {
    this.#options = options
    this.#loop = this.#run()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#closed
    for (;;) {
      await clock.delay(POLL_MS, signal).catch(() => undefined)
      if (signal.aborted) return
      try {
        await this.#look()
        this.#isFailing = false
      } catch (err) {
        if (!this.#isFailing) log.warn({ err }, 'it is not known what others have written')
        this.#isFailing = true
      }
    }
  }

  async #look(): Promise<void> {
    const { store, line } = this.#options
    const meta = await store.meta()
    if (!meta || !isSameMeta(meta, line.durable)) await line.refresh()
  }
}
