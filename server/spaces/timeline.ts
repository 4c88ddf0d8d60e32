// Writes a space's timeline: an event when a step begins and one when it ends, with its progress in Live between
// them. Events are told, not awaited: no step is slowed down by the record of itself.

import type { TimelineStep } from '#protocol/api/timeline.ts'
import type { ErrorBody } from '#protocol/errors.ts'
import { makeId, type SpaceId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock, Random } from '../clock.ts'
import type { Live } from '../live/live.ts'
import type { StreamBodies } from '../records/kinds.ts'
import { MAX_READ } from '../records/open.ts'
import type { Records } from '../records/records.ts'
import type { Log } from '../store/log.ts'
import { foldTimeline } from './fold.ts'

/** Progress of a step that nobody ends disappears after this. */
const PROGRESS_TTL_MS = 30 * 60_000
/** Progress is told at most so often; a pull reports hundreds of times a second. */
const PROGRESS_INTERVAL_MS = 200

export interface StepSubject {
  readonly spaceId: SpaceId
  readonly intentId: string
  readonly actor?: Actor
}

type Ending = Pick<StreamBodies['timeline'], 'state'> & {
  readonly text?: string
  readonly error?: ErrorBody
  readonly log?: readonly string[]
}

export interface OpenStep {
  progress(
    done: number,
    total: number | undefined,
    unit: 'bytes' | 'steps',
    log?: readonly string[],
  ): void
  /** A step ends once; later endings do nothing. */
  end(ending: Ending): void
}

export interface TimelineOptions {
  readonly records: Records
  readonly live: Live
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export class Timeline {
  readonly #records: Records
  readonly #live: Live
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: Log
  #written: Promise<void> = Promise.resolve()

  constructor({ records, live, clock, random, log }: TimelineOptions) {
    this.#records = records
    this.#live = live
    this.#clock = clock
    this.#random = random
    this.#log = log
  }

  begin(subject: StepSubject, step: string, text: string): OpenStep {
    const stepId = makeId(this.#clock.nowMs(), this.#random(10))
    const startedMs = this.#clock.monotonicMs()
    const { spaceId, intentId, actor } = subject
    const base = { stepId, intentId, step, ...(actor && { actor }) }
    this.#append(spaceId, { ...base, text, state: 'running' })
    let open = true
    let toldMs = -Infinity
    return {
      progress: (done, total, unit, log) => {
        const nowMs = this.#clock.monotonicMs()
        if (!open || nowMs - toldMs < PROGRESS_INTERVAL_MS) return
        toldMs = nowMs
        const value = {
          spaceId,
          done,
          unit,
          ...(total !== undefined && { total }),
          ...(log && { log }),
        }
        this.#live.publish('progress', stepId, value, PROGRESS_TTL_MS)
      },
      end: ({ state, text: last = text, error, log }) => {
        if (!open) return
        open = false
        this.#live.withdraw('progress', stepId)
        const durationMs = Math.round(this.#clock.monotonicMs() - startedMs)
        this.#append(spaceId, {
          ...base,
          text: last,
          state,
          durationMs,
          ...(error && { error }),
          ...(log && { log: [...log] }),
        })
      },
    }
  }

  /** An event without a duration. */
  note(subject: StepSubject, step: string, text: string, ending: Partial<Ending> = {}): void {
    const { spaceId, intentId, actor } = subject
    const { state = 'note', error, log } = ending
    this.#append(spaceId, {
      stepId: makeId(this.#clock.nowMs(), this.#random(10)),
      intentId,
      step,
      text,
      state,
      ...(actor && { actor }),
      ...(error && { error }),
      ...(log && { log: [...log] }),
    })
  }

  async read(spaceId: SpaceId): Promise<readonly TimelineStep[]> {
    const entries = await this.#records.read('timeline', { subject: spaceId, limit: MAX_READ })
    // What came from another peer is in the order in which it came.
    const newestFirst = entries.toSorted((a, b) => b.at - a.at)
    return foldTimeline(newestFirst, (stepId) => this.#live.get('progress', stepId))
  }

  /** Resolves when everything told so far is written. */
  settled(): Promise<void> {
    return this.#written
  }

  #append(spaceId: SpaceId, body: StreamBodies['timeline']): void {
    const change = { op: 'append', stream: 'timeline', subject: spaceId, body } as const
    const written = this.#records
      .transact(() => ({ changes: [change], result: undefined }))
      .catch((error: unknown) => {
        this.#log.warn({ error, spaceId, step: body.step }, 'An event of a timeline was lost.')
      })
    this.#written = Promise.all([this.#written, written]).then(() => undefined)
  }
}
