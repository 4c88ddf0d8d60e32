// The holding end of hops: another peer opens a stream on a connection that it dialled, names a space whose agent is
// linked here, and its bytes pass. One hop only: for an agent that is not linked here the answer is `agent_not_linked`.

import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import {
  type Fin,
  FrameType,
  HOP_PATH,
  type HopFrame,
  hopFrameSchema,
  type PeerIdentity,
  type StreamOpen,
} from '#protocol/link.ts'
import { type Connection, onEnd } from '../../../link/connection.ts'
import { controlFrame } from '../../../link/frames.ts'
import type { Clock } from '../../clock.ts'
import type { AgentLink } from '../agent-link.ts'
import { hopShares, Shares } from '../shares.ts'
import { type FirstFrame, firstFrame } from './first-frame.ts'
import { splice } from './splice.ts'

/** From a stream's first byte to the end of its open frame, ms: one that says nothing is held no longer. */
export const FIRST_FRAME_MS = 10_000
/** Connections of one lane of one peer: one, and those of its former processes that have not been missed yet. */
export const MAX_HOPS_OF_LANE = 4
/** Connections that peers may hold here: two lanes of a membership's worth. */
export const MAX_HOPS = 1000

export interface PassageOptions {
  readonly linkOf: (spaceId: SpaceId) => AgentLink | undefined
  readonly clock: Clock
}

type HopConnection = Connection<ServerHttp2Session>

export class Passage {
  readonly #options: PassageOptions
  /** Oldest first. */
  readonly #hops = new Map<HopConnection, PeerIdentity>()

  constructor(options: PassageOptions) {
    this.#options = options
  }

  /** Another peer has dialled and proved a key. */
  accepted(identity: PeerIdentity, connection: HopConnection): void {
    const shares = new Shares(hopShares)
    connection.session.on('stream', (h2, headers) => {
      h2.on('error', () => undefined)
      if (headers[':path'] === HOP_PATH) void this.#pass(h2, shares)
      else h2.respond({ ':status': 404 }, { endStream: true })
    })
    this.#hops.set(connection, identity)
    onEnd(connection, () => this.#hops.delete(connection))
    this.#makeRoom(identity)
  }

  /** Ends what a peer that is given up has dialled. */
  forget(peerId: string): void {
    for (const [connection, identity] of this.#hops) {
      if (identity.peerId === peerId) connection.end()
    }
  }

  close(): void {
    for (const connection of this.#hops.keys()) connection.end()
  }

  #makeRoom({ peerId, lane }: PeerIdentity): void {
    const ofLane = [...this.#hops].filter(([, to]) => to.peerId === peerId && to.lane === lane)
    if (ofLane.length > MAX_HOPS_OF_LANE) ofLane[0]?.[0].end()
    const [oldest] = this.#hops.keys()
    if (this.#hops.size > MAX_HOPS) oldest?.end()
  }

  /** Never rejects: whatever goes wrong is told to the other peer. */
  async #pass(h2: ServerHttp2Stream, shares: Shares): Promise<void> {
    const gone = new AbortController()
    h2.once('close', () => gone.abort(new SkeinError('link_lost')))
    try {
      h2.respond({ ':status': 200 })
      const { value, rest } = await this.#first(h2, gone.signal)
      const frame = parse(value)
      gone.signal.throwIfAborted()
      h2.once('close', shares.take(frame.actor))
      await this.#join(h2, frame, rest, gone.signal)
    } catch (error) {
      refuse(h2, toSkeinError(error))
    }
  }

  async #first(h2: ServerHttp2Stream, gone: AbortSignal): Promise<FirstFrame> {
    const over = new AbortController()
    const late = new AbortController()
    this.#options.clock.delay(FIRST_FRAME_MS, over.signal).then(
      () => late.abort(new SkeinError('frame_invalid', { reason: 'no open' })),
      () => undefined, // it came in time
    )
    try {
      return await firstFrame(h2, AbortSignal.any([gone, late.signal]))
    } finally {
      over.abort()
    }
  }

  async #join(
    h2: ServerHttp2Stream,
    { space, actor, requestId, ...frame }: HopFrame,
    rest: Buffer,
    gone: AbortSignal,
  ): Promise<void> {
    const link = this.#options.linkOf(space as SpaceId)
    if (!link) throw new SkeinError('agent_not_linked')
    // What it opens is for the agent to understand, which may be newer than we are.
    const open = frame.open as unknown as StreamOpen
    const onward = await link.begin(open, actor, gone)
    onward.write(controlFrame(FrameType.open, { open, actor, requestId }))
    if (rest.length > 0) onward.write(rest)
    splice(h2, onward)
    h2.resume()
  }
}

/** The reports of an agent are told to the peer that holds its link, and to no other. */
function parse(value: unknown): HopFrame {
  const frame = hopFrameSchema.safeParse(value)
  if (!frame.success) throw new SkeinError('frame_invalid', { reason: 'a hop of no known form' })
  const { kind } = frame.data.open
  if (kind === 'report') throw new SkeinError('stream_unsupported', { kind })
  return frame.data
}

/** As an agent refuses: a fin with the reason, and what still comes is not read. */
function refuse(h2: ServerHttp2Stream, error: SkeinError): void {
  if (h2.destroyed || h2.writableEnded) return
  const fin: Fin = { ok: false, error: error.body }
  h2.end(controlFrame(FrameType.fin, fin))
  h2.resume()
}
