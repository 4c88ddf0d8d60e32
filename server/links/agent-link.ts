// One agent's link: up to three HTTP/2 connections of one run. Control stands from the beginning; live and bulk are
// asked for when a stream first needs them, and the stream waits.

import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { SkeinError } from '#protocol/errors.ts'
import {
  type Actor,
  type Lane,
  type LinkIdentity,
  laneFor,
  laneRequestPath,
  type StreamOpen,
} from '#protocol/link.ts'
import { type Connection, onEnd } from '../../link/connection.ts'
import type { Clock } from '../clock.ts'
import { linkShares, Shares } from './shares.ts'
import { beginStream, openStream } from './stream.ts'
import type { LinkStream, OpenOptions } from './streams.ts'
import { within } from './within.ts'

/** How long the agent may take to dial a lane, milliseconds; the first stream of its kind waits for it. */
export const LANE_TIMEOUT_MS = 10_000

type AgentConnection = Connection<ClientHttp2Session>

export class AgentLink {
  readonly identity: LinkIdentity
  readonly #control: AgentConnection
  readonly #clock: Clock
  readonly #lanes = new Map<Lane, AgentConnection>()
  readonly #asked = new Map<Lane, PromiseWithResolvers<AgentConnection>>()
  readonly #shares = new Shares(linkShares)
  readonly #ended = new AbortController()

  constructor(identity: LinkIdentity, control: AgentConnection, clock: Clock) {
    this.identity = identity
    this.#control = control
    this.#clock = clock
    this.#lanes.set('control', control)
    onEnd(control, () => this.close())
  }

  /** Aborted when the link has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get control(): ClientHttp2Session {
    return this.#control.session
  }

  /** Streams that are open or being opened, that of its reports among them. */
  get streams(): number {
    return this.#shares.held
  }

  /** Whether a connection of this identity was asked for and has not come. */
  expects({ run, epoch, lane }: LinkIdentity): boolean {
    return run === this.identity.run && epoch === this.identity.epoch && this.#asked.has(lane)
  }

  addLane(lane: Lane, connection: AgentConnection): void {
    const asked = this.#asked.get(lane)
    if (!asked || this.ended.aborted) {
      connection.end()
      return
    }
    this.#asked.delete(lane)
    this.#lanes.set(lane, connection)
    // All lanes lead to one process: the first that ends is the end of the link (docs/link.md).
    onEnd(connection, () => this.close())
    asked.resolve(connection)
  }

  /** Rejects as `Streams.open` does. */
  async open(open: StreamOpen, options: OpenOptions): Promise<LinkStream> {
    options.signal?.throwIfAborted()
    const giveBack = this.#shares.take(options.actor)
    try {
      const connection = await this.#lane(laneFor(open), options.signal)
      const clock = this.#clock
      return await openStream(connection, { ...options, open, clock, onClose: giveBack })
    } catch (error) {
      giveBack()
      throw error
    }
  }

  /**
   * A stream on which nothing has been said, for somebody who says it himself: what it carries is not looked at here.
   * Rejects as `open` does.
   */
  async begin(open: StreamOpen, actor: Actor, signal: AbortSignal): Promise<ClientHttp2Stream> {
    signal.throwIfAborted()
    const giveBack = this.#shares.take(actor)
    try {
      const connection = await this.#lane(laneFor(open), signal)
      return beginStream(connection, `/v1/${open.kind}`, giveBack)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  close(): void {
    if (this.ended.aborted) return
    this.#ended.abort()
    for (const { reject } of this.#asked.values()) reject(new SkeinError('link_lost'))
    this.#asked.clear()
    for (const connection of this.#lanes.values()) connection.end()
    this.#lanes.clear()
  }

  async #lane(lane: Lane, signal: AbortSignal | undefined): Promise<AgentConnection> {
    if (this.ended.aborted) throw new SkeinError('link_lost')
    const standing = this.#lanes.get(lane)
    if (standing && !standing.ended.aborted) return standing
    const asked = this.#asked.get(lane) ?? this.#ask(lane)
    return await within(asked.promise, { ...this.#laneWait, signal })
  }

  get #laneWait() {
    return { clock: this.#clock, timeoutMs: LANE_TIMEOUT_MS, thing: 'The agent' }
  }

  /** Asks the agent to dial a lane. What is not there in time is forgotten, so that the next stream asks again. */
  #ask(lane: Lane): PromiseWithResolvers<AgentConnection> {
    const asked = Promise.withResolvers<AgentConnection>()
    this.#asked.set(lane, asked)
    const request = this.control.request({ ':method': 'POST', ':path': laneRequestPath(lane) })
    request.on('response', ({ ':status': status }) => {
      if (status !== 200) asked.reject(new SkeinError('link_lost'))
    })
    request.on('error', asked.reject)
    request.resume()
    within(asked.promise, this.#laneWait).catch((error: unknown) => {
      request.close()
      asked.reject(error)
      if (this.#asked.get(lane) === asked) this.#asked.delete(lane)
    })
    return asked
  }
}
