// One connection to a Redis, from its first byte to its last: what is sent on it is answered on it or not at all. A connection
// is never mended; whoever needs another makes another (reconnect.ts), so that nothing is sent twice behind anybody's back.

import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../../clock.ts'
import { type Facts, factsOf, unfitness, weakness } from './facts.ts'
import { meaningOf, NotNow, reasonOf } from './failure.ts'
import { type Keys, keysOf } from './names.ts'
import { SCRIPTS, type Script } from './scripts.ts'
import type { Argument } from './write.ts'

/** A server that says nothing for so long while it is asked something is given up, ms. */
const SILENCE_MS = 5000
/** What a slow way carries at least, bytes a millisecond: so much longer may a large question take. */
const SLOWEST_BYTES_A_MS = 50
const WATCH_MS = 500
const CONNECT_MS = 5000
/** How long the other end may take to say that it has heard of the end, ms. */
const DISCONNECT_MS = 100
/** Of keepalive, ms: a way that is cut is found although nothing is asked. */
const KEEP_ALIVE_MS = 10_000

export interface ConnectionOptions {
  readonly redis: RedisOptions
  /** What is within the braces of every key. */
  readonly name: string
  readonly unsafeDurability: boolean
  readonly clock: Clock
}

export type Reply = Buffer | number | null | readonly Reply[]

export class Connection {
  readonly facts: Facts
  readonly #client: Redis
  readonly #keys: Keys
  readonly #clock: Clock
  #reason: string | undefined
  #isClosed = false
  #asked = 0
  #heardBytes = 0
  /** Until when the server may be silent, monotonic ms. */
  #patienceMs = 0
  #watch: NodeJS.Timeout | undefined

  private constructor(client: Redis, facts: Facts, { name, clock }: ConnectionOptions) {
    this.#client = client
    this.facts = facts
    this.#keys = keysOf(name)
    this.#clock = clock
    client.on('error', (error: unknown) => {
      this.#reason ??= reasonOf(error)
    })
  }

  /** Rejects with what `meaningOf` answers: a SkeinError that waiting does not mend, `NotNow` or `ConnectionLost`. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const client = new Redis({ ...FIXED, ...options.redis })
    let cause: unknown
    client.on('error', (error: unknown) => {
      cause ??= error
    })
    const opened = new AbortController()
    // A server that hangs is connected to by its system, and then says nothing.
    options.clock.delay(CONNECT_MS, opened.signal).then(
      () => {
        cause ??= new Error('the server does not answer')
        end(client)
      },
      () => undefined, // it answered
    )
    try {
      await client.connect()
      const facts = await factsFrom(client)
      assertFit(facts, options)
      return new Connection(client, facts, options)
    } catch (error) {
      end(client)
      throw meaningOf(cause ?? error)
    } finally {
      opened.abort()
    }
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#client.status === 'ready'
  }

  /** Resolves with the reason when it has ended, whoever ended it. */
  async ended(): Promise<string> {
    if (this.#client.status !== 'end') {
      await new Promise<void>((resolve) => this.#client.once('end', () => resolve()))
    }
    return this.#reason ?? 'the connection was lost'
  }

  /** Rejects with what `meaningOf` answers. */
  async run(name: keyof typeof SCRIPTS, args: readonly Argument[]): Promise<Reply> {
    const script: Script = SCRIPTS[name]
    const keys = script.keys.map((key) => this.#keys[key])
    const rest = [String(keys.length), ...keys, ...args]
    try {
      return await this.#call('EVALSHA', [script.hash, ...rest]).catch((error: unknown) => {
        if (!isUnknownScript(error)) throw error
        return this.#call('EVAL', [script.text, ...rest])
      })
    } catch (error) {
      throw meaningOf(error)
    }
  }

  /** Fields of the meta row, or entries by their places. */
  async read(key: 'meta' | 'entries', fields: readonly string[]): Promise<(Buffer | null)[]> {
    try {
      return fieldsSchema.parse(await this.#call('HMGET', [this.#keys[key], ...fields]))
    } catch (error) {
      throw meaningOf(error)
    }
  }

  close(reason: string): void {
    this.#isClosed = true
    this.#reason ??= reason
    clearInterval(this.#watch)
    end(this.#client)
  }

  async #call(command: string, args: readonly Argument[]): Promise<Reply> {
    if (!this.isOpen) throw new NotNow('the connection has ended')
    const bytes = args.reduce((sum, one) => sum + one.length, 0)
    const now = this.#clock.monotonicMs()
    const from = this.#asked === 0 ? now + SILENCE_MS : this.#patienceMs
    this.#patienceMs = Math.max(from, now + SILENCE_MS) + bytes / SLOWEST_BYTES_A_MS
    this.#asked++
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS)
    try {
      return (await this.#client.callBuffer(command, ...args)) as Reply
    } finally {
      this.#asked--
      if (this.#asked === 0) {
        clearInterval(this.#watch)
        this.#watch = undefined
      }
    }
  }

  #look(): void {
    const { stream } = this.#client
    const now = this.#clock.monotonicMs()
    const heard = 'bytesRead' in stream ? stream.bytesRead : 0
    if (heard !== this.#heardBytes) {
      this.#heardBytes = heard
      this.#patienceMs = Math.max(this.#patienceMs, now + SILENCE_MS)
    } else if (now > this.#patienceMs) {
      stream.destroy(new Error('the server does not answer'))
    }
  }
}

/** Nothing is queued, retried or sent again by the library. */
const FIXED: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: null,
  sentinelRetryStrategy: () => null,
  connectTimeout: CONNECT_MS,
  keepAlive: KEEP_ALIVE_MS,
  sentinelCommandTimeout: CONNECT_MS,
  sentinelReconnectStrategy: () => null,
  disconnectTimeout: DISCONNECT_MS,
  // What it checks is among the facts.
  enableReadyCheck: false,
  connectionName: 'skein',
}

/** At once: the other end may never say that it has heard of it. */
function end(client: Redis): void {
  client.disconnect()
  client.stream?.destroy()
}

async function factsFrom(client: Redis): Promise<Facts> {
  const info = await client.info()
  // A managed server may refuse it; then nobody knows how often it syncs.
  const fsync = await client.config('GET', 'appendfsync').catch(() => [])
  return factsOf(info, Array.isArray(fsync) ? fsync[1]?.toString() : undefined)
}

function assertFit(facts: Facts, { unsafeDurability }: ConnectionOptions): void {
  if (facts.isLoading) throw new NotNow('the server is reading its data')
  if (facts.role !== 'master') throw new NotNow('the server is a replica, which takes no writes')
  const unfit = unfitness(facts)
  if (unfit) throw new SkeinError('store_failed', { reason: unfit })
  const weak = weakness(facts)
  if (weak && !unsafeDurability) throw new SkeinError('store_not_durable', { reason: weak })
}

const fieldsSchema = z.array(z.instanceof(Buffer).nullable())

const isUnknownScript = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT')
