// One agent's link: up to three HTTP/2 connections of one run. Control stands from the beginning; live and bulk are
// asked for when a stream first needs them, and the stream waits.

import type { ClientHttp2Session } from 'node:http2'
import { SkeinError } from '#protocol/errors.ts'
import {
  FrameType,
  type Lane,
  type LinkIdentity,
  laneOf,
  laneRequestPath,
  MAX_STREAMS_PER_ACTOR,
  MAX_STREAMS_PER_LINK,
  type StreamOpen,
} from '#protocol/link.ts'
import { type Connection, onEnd } from '../../link/connection.ts'
import { LinkPipe } from '../../link/pipe.ts'
import type { Clock } from '../clock.ts'
import type { LinkStream, OpenOptions } from './streams.ts'

/** How long a stream waits for its lane to be dialled, and for the agent's answer to its open, ms. */
const OPEN_TIMEOUT_MS = 10_000

export class AgentLink {
  readonly identity: LinkIdentity
  readonly #clock: Clock
  readonly #lanes = new Map<Lane, Connection<ClientHttp2Session>>()
  readonly #waiting = new Map<Lane, PromiseWithResolvers<ClientHttp2Session>>()
  readonly #perActor = new Map<string, number>()
  readonly #ended = new AbortController()
  #streams = 0

  constructor(identity: LinkIdentity, control: Connection<ClientHttp2Session>, clock: Clock) {
    this.identity = identity
    this.#clock = clock
    this.#lanes.set('control', control)
    onEnd(control, () => this.close())
  }

  /** Aborted when the link has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get control(): ClientHttp2Session | undefined {
    return this.#lanes.get('control')?.session
  }

  addLane(lane: Lane, connection: Connection<ClientHttp2Session>): void {
    this.#lanes.get(lane)?.end()
    this.#lanes.set(lane, connection)
    onEnd(connection, () => {
      if (this.#lanes.get(lane) === connection) this.#lanes.delete(lane)
    })
    this.#waiting.get(lane)?.resolve(connection.session)
    this.#waiting.delete(lane)
  }

  async open(open: StreamOpen, options: OpenOptions): Promise<LinkStream> {
    options.signal?.throwIfAborted()
    const release = this.#take(`${options.actor.kind}:${options.actor.id}`)
    try {
      const session = await this.#lane(laneOf[open.kind] ?? 'bulk', options.signal)
      const { stream, pipe } = await this.#request(session, open, options)
      // The agent may have ended it before this line is reached.
      if (pipe.closed) release()
      else pipe.once('close', release)
      return stream
    } catch (error) {
      release()
      throw error
    }
  }

  close(): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    const lost = new SkeinError('link_lost')
    for (const waiting of this.#waiting.values()) waiting.reject(lost)
    this.#waiting.clear()
    for (const connection of this.#lanes.values()) connection.end()
    this.#lanes.clear()
  }

  /** Counts a stream of this actor; gives back what uncounts it, once. */
  #take(actor: string): () => void {
    const mine = this.#perActor.get(actor) ?? 0
    if (this.#streams >= MAX_STREAMS_PER_LINK) {
      throw new SkeinError('too_many_streams', { limit: MAX_STREAMS_PER_LINK })
    }
    if (mine >= MAX_STREAMS_PER_ACTOR) {
      throw new SkeinError('too_many_streams', { limit: MAX_STREAMS_PER_ACTOR })
    }
    this.#streams++
    this.#perActor.set(actor, mine + 1)
    let released = false
    return () => {
      if (released) return
      released = true
      this.#streams--
      const left = (this.#perActor.get(actor) ?? 1) - 1
      if (left > 0) this.#perActor.set(actor, left)
      else this.#perActor.delete(actor)
    }
  }

  async #lane(lane: Lane, signal: AbortSignal | undefined): Promise<ClientHttp2Session> {
    const standing = this.#lanes.get(lane)?.session
    if (standing && !standing.closed && !standing.destroyed) return standing
    const { control } = this
    if (!control || this.#ended.signal.aborted) throw new SkeinError('link_lost')
    let waiting = this.#waiting.get(lane)
    if (!waiting) {
      waiting = Promise.withResolvers<ClientHttp2Session>()
      waiting.promise.catch(() => undefined)
      this.#waiting.set(lane, waiting)
      const ask = control.request({ ':method': 'POST', ':path': laneRequestPath(lane) })
      ask.on('error', () => undefined)
      ask.resume()
    }
    return await this.#within(waiting.promise, signal)
  }

  async #request(session: ClientHttp2Session, open: StreamOpen, options: OpenOptions) {
    const answer = Promise.withResolvers<unknown>()
    const path = `/v1/${open.kind}`
    const h2 = session.request({ ':method': 'POST', ':path': path }, { endStream: false })
    const pipe = new LinkPipe(h2, { first: FrameType.opened, onFirst: answer.resolve })
    pipe.finished.then(
      (fin) =>
        answer.reject(fin.error ? SkeinError.fromBody(fin.error) : new SkeinError('link_lost')),
      (error: Error) => answer.reject(error),
    )
    pipe.sendFirst(FrameType.open, { open, actor: options.actor, requestId: options.requestId })
    try {
      const opened = await this.#within(answer.promise, options.signal)
      return { pipe, stream: toStream(pipe, opened) }
    } catch (error) {
      pipe.destroy(error instanceof Error ? error : undefined)
      throw error
    }
  }

  /** The promise, the caller's signal or the deadline, whichever is first. */
  async #within<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const done = new AbortController()
    const stop = signal ? AbortSignal.any([signal, done.signal]) : done.signal
    const deadline = this.#clock.delay(OPEN_TIMEOUT_MS, stop).then(() => {
      throw new SkeinError('timeout', { thing: 'The agent', seconds: OPEN_TIMEOUT_MS / 1000 })
    })
    deadline.catch(() => undefined)
    promise.catch(() => undefined)
    try {
      return await Promise.race([promise, deadline])
    } finally {
      done.abort()
    }
  }
}

function toStream(pipe: LinkPipe, opened: unknown): LinkStream {
  return {
    duplex: pipe,
    opened,
    finished: pipe.finished,
    fin: (status) => pipe.fin(status),
    abort: (reason) => pipe.destroy(reason),
  }
}
