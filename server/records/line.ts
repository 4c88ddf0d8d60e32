// The line from accepted to durable. A transaction is decided at once, upon everything accepted before it, and then
// stands in line; while one group commits the next gathers, so that a slow disk makes groups larger, never the line
// longer. Only what is durable reaches the state, the watchers and the caller.
//
//   decide ──► accepted (overlay) ──► group ──► store.commit ──► state ──► watchers ──► caller
//
// When a commit fails, everything behind it in the line was decided upon what never happened: all of it fails with the
// same code, the overlay is dropped, and sequence numbers start again from what is durable.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import type { Meta, Store } from '../store/store.ts'
import { apply } from './apply.ts'
import { type Effects, isEmpty, toBatch } from './effects.ts'
import { tick } from './hlc.ts'
import { Overlay } from './overlay.ts'
import type { Decision, View } from './records.ts'
import type { State } from './state.ts'
import { viewOf } from './view.ts'
import type { Watchers } from './watchers.ts'

/** Transactions that may stand in line: at 100 µs each a second's work; a caller past it has no use for the answer. */
export const MAX_WAITING = 10_000
/** Transactions of one commit: bounds what one failure takes with it, and the memory of one batch. */
export const MAX_GROUP = 500

interface Waiting {
  /** Nothing when it changed nothing and only waits for what it has seen. */
  readonly effects: Effects | undefined
  readonly done: PromiseWithResolvers<void>
}

export interface LineOptions {
  readonly store: Store
  readonly state: State
  readonly meta: Meta
  readonly clock: Clock
  readonly watchers: Watchers
}

export class Line {
  readonly #options: LineOptions
  readonly #accepted: { overlay: Overlay; view: View; seq: number; position: number }
  #durable: Meta
  #hlc: bigint
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #deciding = false

  constructor(options: LineOptions) {
    this.#options = options
    this.#durable = options.meta
    this.#hlc = options.meta.hlc
    this.#accepted = { ...this.#fresh() }
  }

  /** Decides now; resolves when durable. */
  async transact<T>(
    decide: (view: View) => Decision<T>,
    owner: { assertValid(): void } | undefined,
  ): Promise<T> {
    if (this.#waiting.length >= MAX_WAITING) {
      throw new SkeinError('unavailable', { reason: 'too busy to take more changes' })
    }
    const { result, effects } = this.#decide(decide, owner)
    if (!isEmpty(effects)) {
      this.#accept(effects)
      await this.#enqueue(effects)
    } else if (this.#running) {
      await this.#enqueue(undefined)
    }
    return result
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  #decide<T>(decide: (view: View) => Decision<T>, owner: { assertValid(): void } | undefined) {
    if (this.#deciding) throw new TypeError('decide is pure: it may not begin another transaction')
    this.#deciding = true
    try {
      const { overlay, view, seq, position } = this.#accepted
      const { changes, result } = decide(view)
      const atMs = this.#options.clock.nowMs()
      const hlc = tick(this.#hlc, atMs)
      const { origin } = this.#durable
      const stamp = { origin, seq: seq + 1, hlc, atMs, position }
      return { result, effects: apply(overlay, changes, stamp, owner) }
    } finally {
      this.#deciding = false
    }
  }

  #accept(effects: Effects): void {
    const { overlay } = this.#accepted
    this.#hlc = effects.hlc
    this.#accepted.seq = effects.seq
    this.#accepted.position = effects.entries.at(-1)?.position ?? this.#accepted.position
    for (const { kind, id, after } of effects.rows) overlay.put(kind, id, after, effects.seq)
    for (const { claim, after } of effects.claims) overlay.putClaim(claim, after, effects.seq)
  }

  #enqueue(effects: Effects | undefined): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ effects, done })
    this.#running ??= this.#run()
    return done.promise
  }

  async #run(): Promise<void> {
    await turn()
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP)
      const effects = group.flatMap((waiting) => waiting.effects ?? [])
      try {
        await this.#commit(effects)
      } catch (error) {
        this.#rollBack(group, asStoreError(error))
        continue
      }
      this.#settle(group, effects)
    }
    this.#running = undefined // in the step that saw the line empty, so that nobody joins a line that has stopped
  }

  async #commit(effects: readonly Effects[]): Promise<void> {
    if (effects.length === 0) return
    const batch = toBatch(this.#durable.origin, effects, this.#durable)
    await this.#options.store.commit(batch, this.#durable)
    this.#durable = batch.meta
  }

  #settle(group: readonly Waiting[], durable: readonly Effects[]): void {
    for (const effects of durable) this.#options.state.apply(effects)
    this.#accepted.overlay.forget(this.#durable.seq)
    for (const effects of durable) this.#options.watchers.tell(effects)
    for (const { done } of group) done.resolve()
  }

  #rollBack(group: readonly Waiting[], error: SkeinError): void {
    const failed = [...group, ...this.#waiting.splice(0)]
    Object.assign(this.#accepted, this.#fresh())
    for (const { done } of failed) done.reject(error)
  }

  #fresh() {
    const overlay = new Overlay(this.#options.state)
    const { seq, position } = this.#durable
    return { overlay, view: viewOf(overlay), seq, position }
  }
}

function asStoreError(caught: unknown): SkeinError {
  if (caught instanceof SkeinError) return caught
  const reason = caught instanceof Error ? caught.message : String(caught)
  return new SkeinError('store_failed', { reason }, caught)
}

/** One turn of the event loop: what is decided in the same turn commits together. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
