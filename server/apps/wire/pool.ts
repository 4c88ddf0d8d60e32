// The connections to one port of one space: those that wait for a request, those that carry one, and who waits for
// one to be free.

import { SkeinError } from '#protocol/errors.ts'
import type { Carrier } from '../../../link/trunk/carrier.ts'
import type { Clock } from '../../clock.ts'
import { Connection, ENDING_MS } from './connection.ts'

/** Half of what one actor may hold on a link, so that no port takes the way to all others. */
export const MAX_CONNECTIONS = 100
/** Requests that wait for a connection; past it the app is told to be overloaded. */
export const MAX_WAITING = 256
/** How long a request may wait for a connection, ms. */
export const MAX_WAIT_MS = 30_000

interface Waiter {
  readonly sinceMs: number
  resolve(connection: Connection): void
  reject(error: Error): void
}

export interface PoolParts {
  readonly clock: Clock
  /** Rejects as `Streams.open` does. */
  open(): Promise<Carrier>
  /** Whether it may carry one more request; asked before each. */
  keeps(carrier: Carrier): boolean
  /** Nobody opens any more. */
  close(): void
}

export class Pool {
  readonly #parts: PoolParts
  /** The last one used is used next, so that the others may end. */
  readonly #idle: Connection[] = []
  readonly #ending = new Set<Connection>()
  readonly #all = new Set<Connection>()
  readonly #waiting: Waiter[] = []
  #opening = 0

  constructor(parts: PoolParts) {
    this.#parts = parts
  }

  /** Nothing is open and nobody waits. */
  get isEmpty(): boolean {
    return this.#all.size + this.#opening + this.#waiting.length + this.#ending.size === 0
  }

  /** One that waits, if any does; costs nothing. */
  take(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop()
      if (!connection || this.#keeps(connection)) return connection
    }
  }

  /** Rejects with `app_overloaded` or as `Streams.open` does. */
  async open(): Promise<Connection> {
    if (this.#all.size + this.#opening >= MAX_CONNECTIONS) return await this.#wait()
    this.#opening++
    try {
      const carrier = await this.#parts.open()
      if (carrier.isClosed) throw new SkeinError('link_lost')
      const connection = new Connection(carrier, {
        idle: (it) => this.#free(it),
        gone: (it) => this.#forget(it),
        closed: (it) => this.#ending.delete(it),
      })
      this.#all.add(connection)
      return connection
    } finally {
      this.#opening--
    }
  }

  /** Ends what waited too long; called now and then. */
  sweep(): void {
    const nowMs = this.#parts.clock.monotonicMs()
    for (const connection of this.#idle.filter((it) => nowMs - it.sinceMs > it.idleMs)) {
      connection.retire()
    }
    for (const connection of this.#ending) {
      if (nowMs - connection.sinceMs <= ENDING_MS) continue
      this.#ending.delete(connection)
      connection.abort()
    }
    while (this.#waiting[0] && nowMs - this.#waiting[0].sinceMs > MAX_WAIT_MS) {
      this.#waiting.shift()?.reject(new SkeinError('app_overloaded', { limit: MAX_CONNECTIONS }))
    }
  }

  close(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new SkeinError('link_lost'))
    for (const connection of [...this.#all, ...this.#ending]) connection.abort()
    this.#ending.clear()
    this.#parts.close()
  }

  #wait(): Promise<Connection> {
    if (this.#waiting.length >= MAX_WAITING) {
      throw new SkeinError('app_overloaded', { limit: MAX_CONNECTIONS })
    }
    const sinceMs = this.#parts.clock.monotonicMs()
    return new Promise((resolve, reject) => this.#waiting.push({ sinceMs, resolve, reject }))
  }

  #free(connection: Connection): void {
    if (!this.#keeps(connection)) return
    const next = this.#waiting.shift()
    if (next) {
      next.resolve(connection)
      return
    }
    connection.sinceMs = this.#parts.clock.monotonicMs()
    this.#idle.push(connection)
  }

  /** Retires what is not kept; whoever waits then has one of its own opened. */
  #keeps(connection: Connection): boolean {
    if (this.#parts.keeps(connection.carrier)) return true
    connection.retire()
    return false
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    if (!connection.isClosed) {
      connection.sinceMs = this.#parts.clock.monotonicMs()
      this.#ending.add(connection)
    }
    // Whoever waits may now open one of its own.
    const next = this.#waiting.shift()
    if (next) this.open().then(next.resolve, next.reject)
  }
}
