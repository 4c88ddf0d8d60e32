// The line from accepted to durable. A transaction or a merge is decided at once, upon everything accepted before it, and
// then stands in line; while one group commits the next gathers, so that a slow disk makes groups larger, never the line
// longer. Only what is durable reaches the state, the watchers and the caller.
//
//   decide ──► accepted (overlay) ──► group ──► store.commit ──► state ──► watchers ──► caller
//
// A database that others share may have moved on when the commit comes: then it is refused, what the others wrote is taken
// into memory, and everything that waits is decided again upon that, until it is committed or its time is over.
//
// When a commit fails, everything behind it in the line was decided upon what never happened: all of it fails with the
// same code, the overlay is dropped, and sequence numbers start again from what is durable. A commit that takes too long
// does the same to those behind it; it may still come to its end, and then nothing of it is missing.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import { tickOver } from '../cluster/replica/clock.ts'
import type { Context } from '../cluster/replica/context.ts'
import type { Delta, Floor, Merged } from '../cluster/replica/delta.ts'
import { join } from '../cluster/replica/join.ts'
import type { Log } from '../store/log.ts'
import type { Meta, Store, StoredTombstone } from '../store/store.ts'
import { Accepted } from './accepted.ts'
import { apply } from './apply.ts'
import type { CatchUp, Caught } from './catch-up.ts'
import type { Crowd } from './crowd.ts'
import { type Effects, isEmpty, toBatch } from './effects.ts'
import { absorbed, knownOf, merge, ripe } from './merge.ts'
import type { Decision, Dot, View } from './records.ts'
import type { State } from './state.ts'
import type { Watchers } from './watchers.ts'

/** Transactions that may stand in line: at 100 µs each a second's work; a caller past it has no use for the answer. */
export const MAX_WAITING = 10_000
/** Transactions of one commit: bounds what one failure takes with it, and the memory of one batch. */
export const MAX_GROUP = 500

/** How long a write waits for the disk, ms, before it is refused: people would rather know. */
export const MAX_WRITE_MS = 10_000

interface Waiting {
  /** Nothing when it changed nothing and only waits for what it has seen. */
  effects: Effects | undefined
  /** Its place in line. */
  turn: number
  /** Upon what others have written in between. Throws as the decision does. */
  readonly decideAgain: () => Effects
  readonly done: PromiseWithResolvers<void>
}

export interface LineOptions {
  readonly store: Store
  readonly state: State
  readonly meta: Meta
  /** Others' transactions that were heard of; the line adds to it what becomes durable. */
  readonly heard: Context
  readonly clock: Clock
  readonly watchers: Watchers
  readonly log: Log
  /** Everything that became durable here, in order. */
  readonly onDurable?: (effects: readonly Effects[]) => void
  /** Of a store that others share. */
  readonly shared?: SharedParts | undefined
}

export interface SharedParts {
  readonly catchUp: CatchUp
  readonly crowd: Crowd
  /** What others wrote, in the step in which it is seen here. */
  readonly onCaught: (caught: Caught) => void
}

export class Line {
  readonly #options: LineOptions
  #accepted: Accepted
  #durable: Meta
  #hlc: bigint
  #turn = 0
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #deciding = false
  #isStuck = false
  #refusal: SkeinError | undefined
  /** Who waits until it was looked for what others wrote. */
  #looking: PromiseWithResolvers<void>[] = []
  /** The state here is older than the database's. */
  #isBehind = false
  /** Those that nobody waits for any more, as long as they are being written. */
  #givenUp: readonly Waiting[] | undefined

  constructor(options: LineOptions) {
    this.#options = options
    this.#durable = options.meta
    this.#hlc = options.meta.hlc
    this.#accepted = this.#fresh()
  }

  /** The meta row as it is on disk. */
  get durable(): Meta {
    return this.#durable
  }

  /** Decides now; resolves when durable. */
  async transact<T>(
    decide: (view: View) => Decision<T>,
    owner: { assertValid(): void } | undefined,
  ): Promise<T> {
    this.#assertRoom()
    let decided = this.#decide(decide, owner)
    await this.#take(decided.effects, () => {
      decided = this.#decide(decide, owner)
      return decided.effects
    })
    return decided.result
  }

  /** Joins now, upon everything accepted before it; resolves when durable. */
  async merge(delta: Delta): Promise<Merged> {
    this.#assertRoom()
    let done = this.#join(delta)
    await this.#take(done.effects, () => {
      done = this.#join(delta)
      return done.effects
    })
    const { joined, effects } = done
    const went = effects.rows.filter(({ after }) => !after).length
    return { ...joined, came: effects.rows.length - went, went }
  }

  #join(delta: Delta) {
    const { origin } = this.#durable
    const { overlay, seq, heard } = this.#accepted
    const isHeard = (dot: Dot) => (dot.origin === origin ? dot.seq <= seq : heard.has(dot))
    const joined = join(knownOf(overlay, isHeard), delta)
    const nowMs = this.#options.clock.nowMs()
    const stamp = this.#accepted.stamp(absorbed(this.#hlc, joined, nowMs), nowMs)
    const spans = joined.spans.filter((span) => span.origin !== origin && !heard.covers(span))
    const { log } = this.#options
    const onHidden = (name: object, err: unknown) => log.error({ ...name, err }, HIDING)
    const effects = merge(overlay, { joined, spans, floors: joined.floors, onHidden }, stamp)
    return { joined, effects }
  }

  /** Values whose time has come are shown, and what is purged is forgotten. */
  async tend(purged: readonly StoredTombstone[], floors: readonly Floor[]): Promise<void> {
    this.#assertRoom()
    const decide = () => this.#ripen(purged, floors)
    await this.#take(decide(), decide)
  }

  #ripen(purged: readonly StoredTombstone[], floors: readonly Floor[]): Effects {
    const { overlay, seq } = this.#accepted
    const stamp = this.#accepted.stamp(this.#hlc, this.#options.clock.nowMs())
    const rows = ripe(overlay, this.#options.state.withParked, stamp)
    const none = { claims: [], tombstones: [], entries: [] }
    const learned = { spans: [], gone: [], floors, purged }
    const ripened = rows.flatMap(({ after, groups }) =>
      groups.flatMap((name) => after?.versions[name] ?? []),
    )
    const hlc = tickOver(stamp.hlc, ripened, stamp.atMs)
    return { ...none, seq, hlc, atMs: stamp.atMs, rows, learned }
  }

  /** Takes in what others have written to a shared database. Rejects with the codes of a commit. */
  async refresh(): Promise<void> {
    if (!this.#options.shared) return
    const looked = Promise.withResolvers<void>()
    this.#looking.push(looked)
    this.#running ??= this.#run()
    await looked.promise
  }

  /** From now on nothing is taken any more; what was accepted becomes durable. */
  refuse(error: SkeinError): void {
    this.#refusal = error
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  #assertRoom(): void {
    if (this.#refusal) throw this.#refusal
    if (this.#isStuck) throw this.#slow()
    if (this.#waiting.length >= MAX_WAITING) {
      throw new SkeinError('unavailable', { reason: 'too busy to take more changes' })
    }
  }

  #decide<T>(decide: (view: View) => Decision<T>, owner: { assertValid(): void } | undefined) {
    if (this.#deciding) throw new TypeError('decide is pure: it may not begin another transaction')
    this.#deciding = true
    try {
      const { overlay, view } = this.#accepted
      const { changes, result } = decide(view)
      const stamp = this.#accepted.stamp(this.#hlc, this.#options.clock.nowMs())
      return { result, effects: apply(overlay, changes, stamp, owner) }
    } finally {
      this.#deciding = false
    }
  }

  async #take(effects: Effects, decideAgain: () => Effects): Promise<void> {
    if (!isEmpty(effects)) {
      this.#turn++
      this.#accept(effects, this.#turn)
      await this.#enqueue(effects, decideAgain)
    } else if (this.#running) {
      await this.#enqueue(undefined, decideAgain)
    }
  }

  #accept(effects: Effects, turn: number): void {
    this.#hlc = effects.hlc
    this.#accepted.take(effects, turn)
  }

  #enqueue(effects: Effects | undefined, decideAgain: () => Effects): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ effects, turn: this.#turn, decideAgain, done })
    this.#running ??= this.#run()
    return done.promise
  }

  async #run(): Promise<void> {
    await turn()
    while (this.#waiting.length > 0 || this.#looking.length > 0) {
      const pause = this.#options.shared?.crowd.pause()
      if (pause) await pause
      if (this.#isBehind || this.#looking.length > 0) {
        await this.#look()
        if (this.#isBehind) continue
      }
      const group = this.#waiting.splice(0, MAX_GROUP)
      const effects = group.flatMap((waiting) => waiting.effects ?? [])
      try {
        await this.#commit(group, effects)
      } catch (error) {
        if (!this.#standsAgain(group, error)) this.#rollBack(group, asStoreError(error))
        continue
      }
      this.#accepted.overlay.forget(group.at(-1)?.turn ?? 0)
      for (const { done } of group) done.resolve()
    }
    this.#running = undefined // in the step that saw the line empty, so that nobody joins a line that has stopped
  }

  /** Others have written in between: the group stands at the front again, to be decided upon that. */
  #standsAgain(group: readonly Waiting[], error: unknown): boolean {
    if (!isMoved(error) || !this.#mayTryAgain()) return false
    this.#isBehind = true
    if (this.#givenUp === group) return false
    this.#waiting.unshift(...group)
    return true
  }

  #mayTryAgain(): boolean {
    const { shared, clock } = this.#options
    if (!shared) return false
    shared.crowd.refused()
    const sinceMs = shared.crowd.refusedSinceMs ?? clock.monotonicMs()
    return clock.monotonicMs() - sinceMs <= MAX_WRITE_MS
  }

  /** What others wrote goes into memory, and everything that waits is decided again upon it. */
  async #look(): Promise<void> {
    const looking = this.#looking.splice(0)
    try {
      const caught = await this.#options.shared?.catchUp.look(this.#durable)
      if (caught) this.#catch(caught)
      this.#isBehind = false
      for (const { resolve } of looking) resolve()
    } catch (error) {
      if (isMoved(error) && this.#mayTryAgain()) {
        this.#isBehind = true
        this.#looking.push(...looking)
        return
      }
      for (const { reject } of looking) reject(asStoreError(error))
      if (this.#isBehind) this.#rollBack([], asStoreError(error))
    }
  }

  /** In one step, as `#settle` does. */
  #catch(caught: Caught): void {
    const { state, watchers, heard, shared } = this.#options
    const { meta, effects } = caught
    this.#durable = meta
    if (meta.hlc > this.#hlc) this.#hlc = meta.hlc
    if (caught.heard) heard.become(caught.heard)
    else for (const span of effects.learned?.spans ?? []) heard.add(span)
    state.apply(effects)
    shared?.onCaught(caught)
    watchers.tell(effects)
    shared?.crowd.seen()
    this.#decideAgain()
  }

  /** What does not hold any more is refused as if it had come only now. */
  #decideAgain(): void {
    const waiting = this.#waiting.splice(0)
    this.#accepted = this.#fresh()
    for (const one of waiting) {
      try {
        const effects = one.decideAgain()
        one.effects = isEmpty(effects) ? undefined : effects
      } catch (error) {
        one.done.reject(error)
        continue
      }
      this.#turn++
      one.turn = this.#turn
      if (one.effects) this.#accept(one.effects, one.turn)
      this.#waiting.push(one)
    }
  }

  async #commit(group: readonly Waiting[], effects: readonly Effects[]): Promise<void> {
    if (effects.length === 0) return
    const { origin } = this.#durable
    const heard = this.#options.heard.copy()
    for (const { learned } of effects) for (const span of learned?.spans ?? []) heard.add(span)
    const batch = toBatch(origin, effects, this.#durable, heard)
    const written = new AbortController()
    const { clock, shared } = this.#options
    const beganMs = clock.monotonicMs()
    clock.delay(MAX_WRITE_MS, written.signal).then(
      () => this.#refuse(group),
      () => undefined, // written, or failed, in time
    )
    try {
      await this.#options.store.commit(batch, this.#durable)
    } finally {
      written.abort()
      this.#isStuck = false
    }
    shared?.crowd.committed(clock.monotonicMs() - beganMs)
    shared?.catchUp.remember(effects, this.#durable, batch.meta)
    this.#settle(effects, batch.meta, heard)
  }

  /** In one step: whoever asks sees all of it or nothing. */
  #settle(durable: readonly Effects[], meta: Meta, heard: Context): void {
    const { state, watchers, onDurable } = this.#options
    this.#durable = meta
    this.#options.heard.union(heard)
    for (const effects of durable) state.apply(effects)
    onDurable?.(durable)
    for (const effects of durable) watchers.tell(effects)
  }

  #rollBack(group: readonly Waiting[], error: SkeinError): void {
    const failed = [...group, ...this.#waiting.splice(0)]
    this.#accepted = this.#fresh()
    for (const { done } of failed) done.reject(error)
  }

  /** The disk does not answer: what stands behind will not be written, and for what is being written nobody waits. */
  #refuse(group: readonly Waiting[]): void {
    this.#isStuck = true
    this.#givenUp = group
    const refused = [...group, ...this.#waiting.splice(0)]
    this.#accepted = this.#fresh()
    for (const { effects, turn: at } of group) if (effects) this.#accept(effects, at)
    for (const { done } of refused) done.reject(this.#slow())
  }

  #slow(): SkeinError {
    const seconds = MAX_WRITE_MS / 1000
    const away = this.#options.store.away()
    if (away) return new SkeinError('store_unavailable', { seconds, reason: away.reason })
    return new SkeinError('store_slow', { seconds })
  }

  #fresh(): Accepted {
    const { state, heard } = this.#options
    return new Accepted(state, this.#durable, heard)
  }
}

const HIDING = 'hiding a row that is not valid'

const isMoved = (error: unknown): boolean =>
  error instanceof SkeinError && error.code === 'store_moved'

function asStoreError(caught: unknown): SkeinError {
  if (caught instanceof SkeinError) return caught
  const reason = caught instanceof Error ? caught.message : String(caught)
  return new SkeinError('store_failed', { reason }, caught)
}

/** One turn of the event loop: what is decided in the same turn commits together. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
