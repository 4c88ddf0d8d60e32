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

export class Way {
  readonly #connection: Connection<ClientHttp2Session>
  readonly #clock: Clock

  private constructor(connection: Connection<ClientHttp2Session>, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
  }

  /** Rejects with `unavailable` when no peer has come in time, or with the signal's reason. */
  static async open(path: string, clock: Clock, signal: AbortSignal): Promise<Way> {
    const untilMs = clock.monotonicMs() + PEER_PATIENCE_MS
    for (;;) {
      signal.throwIfAborted()
      const socket = await dial(path)
      if (socket) return new Way(begin(socket), clock)
      if (clock.monotonicMs() > untilMs) throw new SkeinError('unavailable', { reason: 'away' })
      await clock.delay(TRY_AGAIN_MS, signal)
    }
  }

  /** Aborted when the peer has ended it, or died. */
  get ended(): AbortSignal {
    return this.#connection.ended
  }

  async hello(hello: Hello): Promise<Welcome> {
    return await this.ask('hello', hello, welcomeSchema)
  }

  /** A question with one answer. Rejects with the peer's refusal, `link_lost` or `timeout`. */
  async ask<S extends z.ZodType>(
    way: keyof typeof ways,
    value: unknown,
    answer: S,
  ): Promise<z.output<S>> {
    const stream = await this.open(way, value)
    stream.duplex.resume()
    stream.fin({ ok: true })
    return answer.parse(stream.opened)
  }

  async open(way: keyof typeof ways, value: unknown, signal?: AbortSignal): Promise<LinkStream> {
    if (this.ended.aborted) throw new SkeinError('link_lost')
    const wait = {
      clock: this.#clock,
      timeoutMs: ANSWER_TIMEOUT_MS,
      thing: 'The peer',
      ...(signal && { signal }),
    }
    return await openPipe(this.#connection, { path: ways[way], value, wait })
  }

  close(): void {
    this.#connection.end()
  }
}

/** Undefined where nobody listens. */
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
