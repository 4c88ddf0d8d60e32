// Keeps one connection open. When it ends another is made, at growing intervals with chance in them, so that many peers do
// not come back in the same instant; whoever needs it waits, or gives up after a while.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock, Random } from '../../clock.ts'
import type { Log } from '../log.ts'
import type { Away } from '../store.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { reasonOf } from './failure.ts'

/** Between two tries, ms: the first at once, then twice as long each time. */
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

const CLOSED = 'it was closed'

export interface ReconnectOptions {
  /** Asked before each try: a password or an authority may have changed. */
  readonly connection: () => ConnectionOptions
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
}

export class Reconnecting {
  readonly #options: ReconnectOptions
  readonly #closing = new AbortController()
  #open: Connection | undefined
  #next = Promise.withResolvers<Connection>()
  #away: Away | undefined
  #failure: unknown
  /** Until the first connection: what waiting does not mend ends it all. */
  #isStarting = true
  readonly #running: Promise<void>

  constructor(options: ReconnectOptions) {
    this.#options = options
    this.#next.promise.catch(() => undefined) // nobody may be waiting when it is closed
    this.#running = this.#run()
  }

  away(): Away | undefined {
    return this.#away
  }

  /** Why the last try failed. */
  get failure(): unknown {
    return this.#failure
  }

  /** The open connection, or the next one. Rejects with `store_unavailable` after `waitMs`, or when it is closed. */
  async ready(waitMs: number): Promise<Connection> {
    if (this.#open?.isOpen) return this.#open
    const waited = new AbortController()
    try {
      return await Promise.race([
        this.#next.promise,
        this.#options.clock.delay(waitMs, waited.signal).then(() => {
          throw this.unavailable(waitMs)
        }),
      ])
    } finally {
      waited.abort()
    }
  }

  unavailable(waitedMs: number): SkeinError {
    const seconds = Math.round(waitedMs / 1000)
    const reason = this.#away?.reason ?? CLOSED
    return new SkeinError('store_unavailable', { seconds, reason }, this.#failure)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#open?.close(CLOSED)
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    let pauseMs = 0
    while (!signal.aborted) {
      try {
        const connection = await Connection.open(this.#options.connection())
        pauseMs = 0
        this.#failed(new Error(await this.#serve(connection)))
      } catch (error) {
        this.#failed(error)
        if (this.#isStarting && error instanceof SkeinError) return this.#next.reject(error)
      }
      await this.#pause(pauseMs)
      pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * pauseMs))
    }
    this.#next.reject(new SkeinError('store_unavailable', { seconds: 0, reason: CLOSED }))
  }

  /** Until it ends; answers why it did. */
  async #serve(connection: Connection): Promise<string> {
    if (this.#closing.signal.aborted) connection.close(CLOSED)
    if (this.#away) this.#options.log.info({}, 'the database is back')
    this.#isStarting = false
    this.#away = undefined
    this.#failure = undefined
    this.#open = connection
    this.#next.resolve(connection)
    const reason = await connection.ended()
    this.#open = undefined
    this.#next = Promise.withResolvers()
    this.#next.promise.catch(() => undefined)
    return reason
  }

  /** From half of it to one and a half. */
  async #pause(ms: number): Promise<void> {
    const { clock, random } = this.#options
    const [byte = 0] = random(1)
    await clock.delay(ms * (0.5 + byte / 256), this.#closing.signal).catch(() => undefined) // closed
  }

  #failed(error: unknown): void {
    if (this.#closing.signal.aborted) return
    this.#failure = error
    const reason = reasonOf(error)
    if (!this.#away) this.#options.log.warn({ reason }, 'the database does not answer')
    this.#away = { sinceMs: this.#away?.sinceMs ?? this.#options.clock.nowMs(), reason }
  }
}
