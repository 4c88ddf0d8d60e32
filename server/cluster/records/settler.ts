// Watches for names that two have claimed and lets the later give way, and for claims that their holders have outlived. The
// peer on which such a claim was made does it soon; the others only if it has not, because it is away.

import { setImmediate as turn } from 'node:timers/promises'
import type { Actor } from '#protocol/link.ts'
import type { Clock } from '../../clock.ts'
import type { Records } from '../../records/records.ts'
import type { Replicable } from '../../records/replicable.ts'
import type { Log } from '../../store/log.ts'
import type { StoredClaim } from '../../store/store.ts'
import { giveUp } from './displaced.ts'
import { giveBack, type Looking } from './outlived.ts'
import { overwritten } from './overwritten.ts'

/** How long the peer that made a displaced claim has to give it up itself, ms. */
const PATIENCE_MS = 10_000
/** How often what was left is looked for, ms. */
const LOOK_MS = 5000
/** Names that are looked at between two turns, so that what people type does not wait for it. */
const NAMES_AT_ONCE = 2000

export interface SettlerOptions {
  readonly records: Records
  readonly replica: Replicable
  readonly actor: Actor
  readonly clock: Clock
  readonly log: Log
}

type Since = Map<string, number>

export class Settler {
  readonly #options: SettlerOptions
  readonly #looking: Looking
  readonly #closed = new AbortController()
  readonly #stop: () => void
  readonly #loop: Promise<void>
  /** Of others' claims, since when they are displaced here. */
  readonly #since: Since = new Map()
  /** The same of those that were outlived. */
  readonly #outlivedSince: Since = new Map()
  /** How many merges may have left such, and up to which of them was looked. */
  #merges = 1
  #lookedAt = 0
  #work: Promise<void> = Promise.resolve()

  constructor(options: SettlerOptions) {
    this.#options = options
    const { actor, replica } = options
    this.#looking = { actor, wasDeleted: (kind, id) => replica.wasDeleted(kind, id) }
    this.#stop = options.replica.onMerged((joined) => {
      if (joined.displaced.length > 0) this.#settleSoon()
      const { claims, tombstones, overridden } = joined
      if (claims.length + tombstones.length + overridden.length > 0) this.#merges += 1
      const lost = joined.overridden.filter(({ lost: { origin } }) => options.replica.wrote(origin))
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
      if (this.#lookedAt < this.#merges) this.#queue(() => this.#giveBack())
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
    for (const claim of replica.displaced().filter((one) => this.#isOurs(one, this.#since))) {
      await records.transact((view) => ({
        changes: giveUp(view, claim, actor),
        result: undefined,
      }))
    }
  }

  async #giveBack(): Promise<void> {
    const { records } = this.#options
    const merges = this.#merges
    const outlived = await this.#outlived()
    const ours = outlived.filter((one) => this.#isOurs(one, this.#outlivedSince))
    for (const claim of ours) {
      await records.transact((view) => ({
        changes: giveBack(view, claim, this.#looking),
        result: undefined,
      }))
    }
    if (ours.length < outlived.length) return // Those of others are looked at again.
    this.#outlivedSince.clear()
    this.#lookedAt = merges
  }

  async #outlived(): Promise<StoredClaim[]> {
    const { records, replica } = this.#options
    const outlived: StoredClaim[] = []
    let names = 0
    for (const claims of replica.claims()) {
      outlived.push(...claims.filter((one) => giveBack(records, one, this.#looking).length > 0))
      names += 1
      if (names % NAMES_AT_ONCE === 0) await turn()
      if (this.#closed.signal.aborted) return []
    }
    return outlived
  }

  #isOurs({ claim, birth }: StoredClaim, seen: Since): boolean {
    if (this.#options.replica.wrote(birth.origin)) return true
    const nowMs = this.#options.clock.monotonicMs()
    const name = `${claim} ${birth.origin} ${birth.seq}`
    const sinceMs = seen.get(name) ?? nowMs
    seen.set(name, sinceMs)
    return nowMs - sinceMs > PATIENCE_MS
  }
}
