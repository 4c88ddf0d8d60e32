// Every agent's link that this peer holds: who may link, who is linked, and the way to open a stream to one of them.

import type { IncomingMessage } from 'node:http'
import type { ClientHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { PeerId, SpaceId } from '#protocol/ids.ts'
import type { LinkIdentity, PeerIdentity, StreamOpen } from '#protocol/link.ts'
import type { Connection } from '../../link/connection.ts'
import { heartbeat } from '../../link/heartbeat.ts'
import { Acceptor, type Dialler } from './acceptor.ts'
import { AgentLink } from './agent-link.ts'
import { Hops, NoWay, type PeerWays } from './hop/hops.ts'
import { Passage } from './hop/passage.ts'
import { Refusals } from './refusals.ts'
import { Reporting, type ReportingOptions } from './reporting.ts'
import type { LinkStream, OpenOptions, Streams } from './streams.ts'

/** Other peers, who dial the same port; whoever keeps the membership takes their connections. */
export interface PeerDoor {
  /** The key of a peer's connection; undefined for a key that the cluster does not have. */
  keyOf(identity: PeerIdentity): Buffer | undefined
  accepted(identity: PeerIdentity, connection: Connection<ClientHttp2Session>): void
}

export interface LinksOptions extends ReportingOptions {
  /** Absent where there is no cluster. */
  readonly peers?: PeerDoor
  /** To agents that are linked at another peer; absent where there is none. */
  readonly ways?: PeerWays
  /** The 32 bytes of one start of a space; undefined when that start is not the space's current one. */
  readonly agentKey: (identity: { spaceId: SpaceId; epoch: number }) => Buffer | undefined
}

export class Links {
  readonly streams: Streams
  readonly #options: LinksOptions
  readonly #acceptor: Acceptor
  readonly #links = new Map<SpaceId, AgentLink>()
  readonly #watches = new Set<Promise<unknown>>()
  /** To agents that are linked at other peers, and from other peers to those that are linked here. */
  readonly #hops: Hops | undefined
  readonly #passage: Passage

  constructor(options: LinksOptions) {
    this.#options = options
    const refusals = new Refusals(options.clock, (details) =>
      options.log.warn(details, 'a link was refused'),
    )
    this.#acceptor = new Acceptor({
      clock: options.clock,
      keyOf: (identity) => this.#keyOf(identity),
      onConnection: (identity, connection) => this.#accepted(identity, connection),
      onHop: (identity, connection) => this.#passage.accepted(identity, connection),
      onRefused: (reason) => refusals.add(reason),
    })
    const { clock, ways } = options
    this.#hops = ways && new Hops({ ways, clock })
    this.#passage = new Passage({ linkOf: (spaceId) => this.#links.get(spaceId), clock })
    this.streams = {
      open: async (to, open, openOptions) => {
        if (!('space' in to)) throw new SkeinError('agent_not_linked')
        return await this.#open(to.space, open, openOptions)
      },
    }
  }

  /** Takes the socket of a request for LINK_PATH, whatever becomes of it. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#acceptor.handleUpgrade(request, socket, head)
  }

  has(spaceId: SpaceId): boolean {
    return this.#links.has(spaceId)
  }

  /** Ends a space's link, e.g. because it was stopped; its agent may dial again while its key is good. */
  unlink(spaceId: SpaceId): void {
    this.#links.get(spaceId)?.close()
  }

  /** Membership has given a peer up: what passes to it and from it has ended, whatever its sockets say. */
  forget(peer: PeerId): void {
    this.#hops?.forget(peer)
    this.#passage.forget(peer)
  }

  /** Ends all links; resolves when nobody watches them any more and nothing of them is left in Live. */
  async close(): Promise<void> {
    for (const link of this.#links.values()) link.close()
    this.#acceptor.close()
    this.#hops?.close()
    this.#passage.close()
    await Promise.all(this.#watches)
  }

  /** Over our own link, else by one hop. The agent may move while we ask, so that a peer without it is asked in vain once. */
  async #open(spaceId: SpaceId, open: StreamOpen, options: OpenOptions): Promise<LinkStream> {
    let asked: PeerId | undefined
    for (;;) {
      const link = this.#links.get(spaceId)
      if (link) return await link.open(open, options)
      const holder = this.#holders(spaceId).find((peer) => peer !== asked)
      if (!holder || !this.#hops) throw new SkeinError('agent_not_linked')
      try {
        return await this.#hops.open(holder, spaceId, open, options)
      } catch (error) {
        if (!(error instanceof NoWay) || asked) throw error
        asked = holder
      }
    }
  }

  #holders(spaceId: SpaceId): readonly PeerId[] {
    return this.#options.live.others('agent', spaceId)
  }

  #keyOf(identity: Dialler): Buffer | undefined {
    if ('peerId' in identity) return this.#options.peers?.keyOf(identity)
    const spaceId = identity.spaceId as SpaceId
    // A lane that nobody asked for is of an earlier link, or for another peer behind the same address.
    if (identity.lane !== 'control' && !this.#links.get(spaceId)?.expects(identity))
      return undefined
    return this.#options.agentKey({ spaceId, epoch: identity.epoch })
  }

  #accepted(identity: Dialler, connection: Connection<ClientHttp2Session>): void {
    if ('peerId' in identity) this.#options.peers?.accepted(identity, connection)
    else this.#acceptedAgent(identity, connection)
  }

  #acceptedAgent(identity: LinkIdentity, connection: Connection<ClientHttp2Session>): void {
    const spaceId = identity.spaceId as SpaceId
    const standing = this.#links.get(spaceId)
    if (identity.lane !== 'control') {
      if (standing?.expects(identity)) standing.addLane(identity.lane, connection)
      else connection.end()
      return
    }
    // It got its key before a later start of the space was linked.
    if (standing && standing.identity.epoch > identity.epoch) {
      connection.end()
      return
    }
    standing?.close()
    const watch = this.#watch(spaceId, new AgentLink(identity, connection, this.#options.clock))
    this.#watches.add(watch)
    void watch.finally(() => this.#watches.delete(watch))
  }

  /** Holds the link until it ends. Never rejects. */
  async #watch(spaceId: SpaceId, link: AgentLink): Promise<void> {
    const { clock, log } = this.#options
    if (link.ended.aborted) return
    const { epoch } = link.identity
    const reporting = new Reporting(link, this.#options)
    this.#links.set(spaceId, link)
    log.info({ spaceId, epoch }, 'an agent is linked')
    const beats = {
      delay: (ms: number, signal?: AbortSignal) => clock.delay(ms, signal),
      onRoundTrip: (ms: number) => reporting.measured(ms),
      onDead: () => link.close(),
    }
    const beating = heartbeat(link.control, beats, link.ended)
    link.ended.addEventListener('abort', () => {
      if (this.#links.get(spaceId) === link) this.#links.delete(spaceId)
      log.info({ spaceId, epoch }, 'the link of an agent has ended')
    })
    await Promise.all([beating, reporting.run()])
  }
}

export function createLinks(options: LinksOptions): Links {
  return new Links(options)
}
