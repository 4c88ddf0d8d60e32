// Watches for names that two have claimed and lets the later give way. The peer on which the later claim was made does it
// at once; the others only if it has not, because it is away.

import type { Actor } from '#protocol/link.ts'
import type { Clock } from '../../clock.ts'
import type { Records } from '../../records/records.ts'
import type { Replicable } from '../../records/replicable.ts'
import type { Log } from '../../store/log.ts'
import type { StoredClaim } from '../../store/store.ts'
import { giveUp } from './displaced.ts'
import { overwritten } from './overwritten.ts'

/** How long the peer that made a displaced claim has to give it up itself, ms. */
const PATIENCE_MS = 10_000
/** How often what was left is looked for, ms. */
const LOOK_MS = 5000

export interface SettlerOptions {
  readonly records: Records
  readonly replica: Replicable
  readonly actor: Actor
  readonly clock: Clock
  readonly log: Log
}

export class Settler {
  readonly #options: SettlerOptions
  readonly #closed = new AbortController()
  readonly #stop: () => void
  readonly #loop: Promise<void>
  /** Of others' claims, since when they are displaced here. */
  readonly #since = new Map<string, number>()
  #work: Promise<void> = Promise.resolve()

  constructor(options: SettlerOptions) {
    this.#options = options
    this.#stop = options.replica.onMerged((joined) => {
      if (joined.displaced.length > 0) this.#settleSoon()
      const lost = joined.overridden.filter(
        ({ lost: { origin } }) => origin === options.replica.origin,
      )
      if (lost.length > 0) this.#queue(() => overwritten(options, lost))
    })
    this.#loop = this.#look()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#stop()
    await this.#loop
    await this.#work
  }

  async #look(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      this.#settleSoon()
      await this.#options.clock.delay(LOOK_MS, signal).catch(() => undefined)
    }
  }

  #settleSoon(): void {
    if (this.#options.replica.displaced().length > 0) this.#queue(() => this.#settle())
    else this.#since.clear()
  }

  /** One after the other, and a failure is tried again by the next look. */
  #queue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((err: unknown) => {
      this.#options.log.warn({ err }, 'what a merge left to do was not done')
    })
  }

  async #settle(): Promise<void> {
    const { records, replica, actor } = this.#options
    for (const claim of replica.displaced().filter((one) => this.#isOurs(one))) {
      await records.transact((view) => ({
        changes: giveUp(view, claim, actor),
        result: undefined,
      }))
    }
  }

  #isOurs({ claim, birth }: StoredClaim): boolean {
    if (birth.origin === this.#options.replica.origin) return true
    const nowMs = this.#options.clock.monotonicMs()
    const name = `${claim} ${birth.origin} ${birth.seq}`
    const sinceMs = this.#since.get(name) ?? nowMs
    this.#since.set(name, sinceMs)
    return nowMs - sinceMs > PATIENCE_MS
  }
}
