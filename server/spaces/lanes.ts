// One lane per space: passes of one space run one after another, of different spaces side by side, up to a bound. A
// touch during a pass makes one more; a pass that fails is made again later and later.

import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../store/log.ts'

/** Passes at once: dockerd serialises most of its work, and 16 keep it busy. Waiting pulls count too. */
const MAX_PASSES = 16
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000

/** What a pass leaves behind: come again at once, at a time, or when touched. */
export type Verdict =
  | { readonly come: 'again' }
  | { readonly come: 'later'; readonly inMs: number }
  | { readonly come: 'when touched' }

export type PassWork = (spaceId: SpaceId, signal: AbortSignal) => Promise<Verdict>

interface Lane {
  touched: boolean
  /** Aborts the pass that runs. */
  pass: AbortController
  /** Ends the wait for the next one. */
  pause: AbortController
  failures: number
  run: Promise<void>
}

export interface LanesOptions {
  readonly work: PassWork
  readonly clock: Clock
  readonly log: Log
  readonly maxPasses?: number
}

export class Lanes {
  readonly #work: PassWork
  readonly #clock: Clock
  readonly #log: Log
  readonly #lanes = new Map<SpaceId, Lane>()
  readonly #waiting: (() => void)[] = []
  #free: number
  #closed = false

  constructor({ work, clock, log, maxPasses = MAX_PASSES }: LanesOptions) {
    this.#work = work
    this.#clock = clock
    this.#log = log
    this.#free = maxPasses
  }

  /** Something about the space may have changed: look at it, after the pass that runs. */
  touch(spaceId: SpaceId): void {
    if (this.#closed) return
    const lane = this.#lanes.get(spaceId)
    if (lane !== undefined) {
      lane.touched = true
      lane.pause.abort(new Touched())
      return
    }
    const fresh: Lane = {
      touched: true,
      pass: new AbortController(),
      pause: new AbortController(),
      failures: 0,
      run: Promise.resolve(),
    }
    this.#lanes.set(spaceId, fresh)
    fresh.run = this.#drive(spaceId, fresh)
  }

  /** As `touch`, and the pass that runs stops waiting for what is no longer wanted. */
  interrupt(spaceId: SpaceId): void {
    this.#lanes.get(spaceId)?.pass.abort(new Touched())
    this.touch(spaceId)
  }

  /** Resolves when no pass runs any more; those that run are aborted. */
  async close(): Promise<void> {
    this.#closed = true
    const lanes = [...this.#lanes.values()]
    for (const lane of lanes) {
      lane.pass.abort(new Touched())
      lane.pause.abort(new Touched())
    }
    await Promise.all(lanes.map((lane) => lane.run))
  }

  /** Runs until the space is at rest and untouched. Never rejects. */
  async #drive(spaceId: SpaceId, lane: Lane): Promise<void> {
    while (lane.touched && !this.#closed) {
      lane.touched = false
      lane.pass = new AbortController()
      lane.pause = new AbortController()
      const pauseMs = await this.#pass(spaceId, lane)
      if (pauseMs === 0) lane.touched = true
      else if (!lane.touched && pauseMs !== undefined) await this.#pause(lane, pauseMs)
    }
    // In the same turn as the last look at `touched`, so that no touch falls between.
    this.#lanes.delete(spaceId)
  }

  /** Answers after how long to come again; undefined for when touched. */
  async #pass(spaceId: SpaceId, lane: Lane): Promise<number | undefined> {
    await this.#enter()
    try {
      const verdict = await this.#work(spaceId, lane.pass.signal)
      lane.failures = 0
      if (verdict.come === 'again') return 0
      return verdict.come === 'later' ? Math.max(1, verdict.inMs) : undefined
    } catch (caught) {
      if (lane.pass.signal.aborted) return 0
      lane.failures++
      const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** (lane.failures - 1), LAST_RETRY_MS)
      const level = caught instanceof SkeinError ? 'warn' : 'error'
      this.#log[level](
        { error: caught, spaceId, pauseMs },
        'A step of a space failed; it is tried again.',
      )
      return pauseMs
    } finally {
      this.#leave()
    }
  }

  async #pause(lane: Lane, pauseMs: number): Promise<void> {
    try {
      await this.#clock.delay(pauseMs, lane.pause.signal)
    } catch {
      // Touched or closed: the loop looks which.
    }
    lane.touched = true
  }

  #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}

/** The reason of a signal whose pass shall stop waiting and look again. */
export class Touched extends Error {
  override readonly name = 'Touched'
}
