// The gateway's end of the way to its peer: one connection for each ssh connection, over the unix socket in the data
// folder. The end here is the elastic one (link/elastic.ts): what is held for a peer that does not read is ours.

import http2, { type ClientHttp2Session } from 'node:http2'
import { connect, type Socket } from 'node:net'
import type { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { Connection } from '../../link/connection.ts'
import { ElasticSocket } from '../../link/elastic.ts'
import { sessionOptions, takeSocket, widen } from '../../link/session.ts'
import type { Clock } from '../clock.ts'
import { openPipe } from '../links/stream.ts'
import type { LinkStream } from '../links/streams.ts'
import { type Hello, type Welcome, ways, welcomeSchema } from './words.ts'

/** How long a peer that is away is waited for, ms: one that was killed is back within a second. */
export const PEER_PATIENCE_MS = 5000
const TRY_AGAIN_MS = 100
/** For an answer of the peer; opening a stream may take the agent ten seconds, and the peer says so itself. */
const ANSWER_TIMEOUT_MS = 25_000

export interface WayOptions {
  readonly socketPath: string
  readonly clock: Clock
  /** Ends the waiting for a peer. */
  readonly signal: AbortSignal
  readonly hello: Hello
}

export class Way {
  /** What the peer answered to the hello. */
  readonly welcome: Welcome
  readonly #connection: Connection<ClientHttp2Session>
  readonly #clock: Clock

  private constructor(connection: Connection<ClientHttp2Session>, clock: Clock, welcome: Welcome) {
    this.#connection = connection
    this.#clock = clock
    this.welcome = welcome
  }

  /** Rejects with `unavailable` when no peer has come in time, with the signal's reason, or what the peer refuses with. */
  static async open({ socketPath, clock, signal, hello }: WayOptions): Promise<Way> {
    const untilMs = clock.monotonicMs() + PEER_PATIENCE_MS
    for (;;) {
      signal.throwIfAborted()
      const way = await meet(socketPath, clock, hello)
      if (way) return new Way(way.connection, clock, way.welcome)
      if (clock.monotonicMs() > untilMs) throw new SkeinError('unavailable', { reason: 'away' })
      await clock.delay(TRY_AGAIN_MS, signal)
    }
  }

  /** Aborted when the peer has ended it, or died. */
  get ended(): AbortSignal {
    return this.#connection.ended
  }

  /** A question with one answer. Rejects with the peer's refusal, `link_lost` or `timeout`. */
  async ask<S extends z.ZodType>(
    way: keyof typeof ways,
    value: unknown,
    answer: S,
  ): Promise<z.output<S>> {
    const stream = await this.open(way, value)
    return await answerOf(stream, answer)
  }

  async open(way: keyof typeof ways, value: unknown, signal?: AbortSignal): Promise<LinkStream> {
    if (this.ended.aborted) throw new SkeinError('link_lost')
    return await openAt(this.#connection, this.#clock, way, value, signal)
  }

  close(): void {
    this.#connection.end()
  }
}

/** Undefined where nobody listens, or where the peer goes away as we come. */
async function meet(path: string, clock: Clock, hello: Hello) {
  const socket = await dial(path)
  if (!socket) return undefined
  const connection = begin(socket)
  try {
    const stream = await openAt(connection, clock, 'hello', hello)
    return { connection, welcome: await answerOf(stream, welcomeSchema) }
  } catch (error) {
    connection.end()
    if (error instanceof SkeinError && error.code === 'link_lost') return undefined
    throw error
  }
}

function openAt(
  connection: Connection<ClientHttp2Session>,
  clock: Clock,
  way: keyof typeof ways,
  value: unknown,
  signal?: AbortSignal,
): Promise<LinkStream> {
  const timeoutMs = ANSWER_TIMEOUT_MS
  const wait = { clock, timeoutMs, thing: 'The peer', ...(signal && { signal }) }
  return openPipe(connection, { path: ways[way], value, wait })
}

async function answerOf<S extends z.ZodType>(
  { duplex, opened, fin }: LinkStream,
  answer: S,
): Promise<z.output<S>> {
  duplex.resume()
  fin({ ok: true })
  return answer.parse(opened)
}

function dial(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
  })
}

function begin(socket: Socket): Connection<ClientHttp2Session> {
  takeSocket(socket, Buffer.alloc(0))
  const elastic = new ElasticSocket(socket)
  const session = http2.connect('http://peer', {
    ...sessionOptions,
    createConnection: () => elastic,
  })
  widen(session)
  return new Connection(session, [elastic, socket])
}
