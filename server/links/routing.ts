// Which way a stream to an agent goes: over this peer's own link, else by one hop to a peer that says it holds one.

import { SkeinError } from '#protocol/errors.ts'
import type { PeerId, SpaceId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { AgentLink } from './agent-link.ts'
import { type Hops, NoWay } from './hop/hops.ts'
import type { LinkStream, OpenOptions, Streams, Target } from './streams.ts'

export interface RoutingOptions {
  readonly linkOf: (spaceId: SpaceId) => AgentLink | undefined
  /** Other peers that say that they hold the agent's link, the likeliest first. */
  readonly holdersOf: (spaceId: SpaceId) => readonly PeerId[]
  /** Absent where there are no other peers. */
  readonly hops: Hops | undefined
  /** Agents have been sent to other peers: an own link still stands and is about to end. */
  readonly isLeaving: () => boolean
}

export class Routing implements Streams {
  readonly #options: RoutingOptions

  constructor(options: RoutingOptions) {
    this.#options = options
  }

  async open(to: Target, open: StreamOpen, options: OpenOptions): Promise<LinkStream> {
    if (!('space' in to)) throw new SkeinError('agent_not_linked')
    const { hops, linkOf } = this.#options
    // An agent may move while it is looked for, so that whoever turns out not to have it is not the last to be asked. Only
    // where nothing was opened: what an agent may have heard is never said twice.
    let asked: PeerId | undefined
    for (;;) {
      const holder = hops && this.#holder(to.space, asked)
      const link = linkOf(to.space)
      if (link && !(holder && this.#options.isLeaving())) return await link.open(open, options)
      if (!hops || !holder) throw new SkeinError('agent_not_linked')
      try {
        return await hops.open(holder, to.space, open, options)
      } catch (error) {
        if (!(error instanceof NoWay) || asked) throw error
        asked = holder
      }
    }
  }

  #holder(spaceId: SpaceId, asked: PeerId | undefined): PeerId | undefined {
    return this.#options.holdersOf(spaceId).find((peer) => peer !== asked)
  }
}
