// A stream to whatever an id names, wherever its link is held. One conformance suite runs over every implementation.

import type { Duplex } from 'node:stream'
import type { HostId, PeerId, SpaceId } from '#protocol/ids.ts'
import type { Actor, Fin, StreamOpen } from '#protocol/link.ts'

export type Target = { space: SpaceId } | { host: HostId } | { peer: PeerId }

/**
 * Bytes both ways with back-pressure, then a `Fin` from each side. `duplex` ends its readable side only after the
 * other side's fin, and is destroyed with `link_lost` when the link dies before that.
 */
export interface LinkStream {
  readonly duplex: Duplex
  /** What the other side answered to the open. */
  readonly opened: unknown
  /** Ends our side: after what was written so far. */
  fin(status: Fin): void
  /** The other side's fin; rejects with `link_lost`. */
  readonly finished: Promise<Fin>
  /** Ends both sides at once. */
  abort(reason?: Error): void
}

export interface OpenOptions {
  readonly actor: Actor
  readonly requestId: string
  /** Gives up the opening; a stream that is open is ended by `fin` or `abort`. */
  readonly signal?: AbortSignal
}

export interface Streams {
  /**
   * Resolves when the other side has answered. Rejects with `agent_not_linked`, `stream_unsupported`,
   * `too_many_streams`, `link_lost`, or the code that the other side refused with.
   */
  open(to: Target, open: StreamOpen, options: OpenOptions): Promise<LinkStream>
}
