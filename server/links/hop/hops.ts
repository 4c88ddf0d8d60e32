// The asking end of hops: to each peer that holds a link that somebody here wants, one connection a lane, dialled when it
// is first needed and kept until either is gone or membership gives the peer up.

import http2, { type ClientHttp2Session } from 'node:http2'
import { SkeinError } from '#protocol/errors.ts'
import type { PeerId, SpaceId } from '#protocol/ids.ts'
import { HOP_PATH, type HopLane, hopLaneFor, type StreamOpen } from '#protocol/link.ts'
import { Connection, onEnd } from '../../../link/connection.ts'
import type { Secured } from '../../../link/dial.ts'
import { hopOptions, widen } from '../../../link/session.ts'
import type { Clock } from '../../clock.ts'
import { hopShares, Shares } from '../shares.ts'
import { ANSWER_TIMEOUT_MS, openPipe } from '../stream.ts'
import type { LinkStream, OpenOptions } from '../streams.ts'
import { within } from '../within.ts'

/** A dial to a peer that is there takes milliseconds; whoever waits for it has other peers to ask, ms. */
export const HOP_DIAL_MS = 3000

/** Where other peers are: the membership's word, or a test's. */
export interface PeerWays {
  /** Rejects when the peer is not known, is given up, or cannot be reached. */
  dial(
    peer: PeerId,
    lane: HopLane,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Secured>
}

/** The other peer was not reached or has no link to the agent: nothing has been opened, another may be asked. */
export class NoWay extends SkeinError {
  constructor(cause: unknown) {
    super('agent_not_linked', {}, cause)
  }
}

interface Way {
  readonly connection: Connection<ClientHttp2Session>
  readonly shares: Shares
}

export interface HopsOptions {
  readonly ways: PeerWays
  readonly clock: Clock
}

export class Hops {
  readonly #options: HopsOptions
  /** By peer and lane; those that are being dialled as well. */
  readonly #standing = new Map<string, Promise<Way>>()
  readonly #closed = new AbortController()
  /** One for each peer: aborted when it is given up. */
  readonly #givenUp = new Map<PeerId, AbortController>()

  constructor(options: HopsOptions) {
    this.#options = options
  }

  /** Rejects with `NoWay`, or as `Streams.open` does. */
  async open(
    peer: PeerId,
    space: SpaceId,
    open: StreamOpen,
    { actor, requestId, signal }: OpenOptions,
  ): Promise<LinkStream> {
    signal?.throwIfAborted()
    const { clock } = this.#options
    const wait = { clock, timeoutMs: ANSWER_TIMEOUT_MS, thing: 'The agent', signal }
    const { connection, shares } = await this.#way(peer, hopLaneFor(open), wait)
    const giveBack = shares.take(actor)
    try {
      const value = { space, open, actor, requestId }
      return await openPipe(connection, { path: HOP_PATH, value, wait, onClose: giveBack })
    } catch (error) {
      giveBack()
      const isElsewhere = error instanceof SkeinError && error.code === 'agent_not_linked'
      throw isElsewhere ? new NoWay(error) : error
    }
  }

  /** Membership has given a peer up; it may come back. */
  forget(peer: PeerId): void {
    this.#givenUp.get(peer)?.abort(new SkeinError('link_lost'))
    this.#givenUp.delete(peer)
  }

  close(): void {
    this.#closed.abort(new SkeinError('link_lost'))
    for (const peer of this.#givenUp.keys()) this.forget(peer)
  }

  async #way(peer: PeerId, lane: HopLane, wait: Parameters<typeof within>[1]): Promise<Way> {
    const name = `${peer} ${lane}`
    const standing = this.#standing.get(name) ?? this.#dial(name, peer, lane)
    const way = await within(standing, wait).catch((error: unknown) => {
      wait.signal?.throwIfAborted()
      throw new NoWay(error)
    })
    if (way.connection.ended.aborted) throw new NoWay(new SkeinError('link_lost'))
    return way
  }

  #dial(name: string, peer: PeerId, lane: HopLane): Promise<Way> {
    const givenUp = this.#givenUp.get(peer) ?? new AbortController()
    this.#givenUp.set(peer, givenUp)
    const dialled = this.#connect(
      peer,
      lane,
      AbortSignal.any([givenUp.signal, this.#closed.signal]),
    )
    this.#standing.set(name, dialled)
    const forget = () => {
      if (this.#standing.get(name) === dialled) this.#standing.delete(name)
    }
    dialled.then(({ connection }) => onEnd(connection, forget), forget)
    return dialled
  }

  async #connect(peer: PeerId, lane: HopLane, signal: AbortSignal): Promise<Way> {
    signal.throwIfAborted()
    const options = { timeoutMs: HOP_DIAL_MS, signal }
    const { socket, raw } = await this.#options.ways.dial(peer, lane, options)
    const session = http2.connect('http://peer', { ...hopOptions, createConnection: () => socket })
    widen(session)
    const connection = new Connection(session, [socket, raw])
    // Nothing of this is ever sent by a peer of ours.
    for (const event of ['stream', 'altsvc', 'origin', 'goaway']) {
      session.on(event, () => connection.end())
    }
    const end = () => connection.end()
    signal.addEventListener('abort', end, { once: true })
    onEnd(connection, () => signal.removeEventListener('abort', end))
    if (signal.aborted) end()
    return { connection, shares: new Shares(hopShares) }
  }
}
