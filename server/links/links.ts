// Every agent's link that this peer holds: who may link, who is linked, and the way to open a stream to one of them.

import type { IncomingMessage } from 'node:http'
import type { ClientHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { PeerId, SpaceId } from '#protocol/ids.ts'
import type { LinkIdentity, PeerIdentity } from '#protocol/link.ts'
import type { Connection } from '../../link/connection.ts'
import { heartbeat } from '../../link/heartbeat.ts'
import { Acceptor, type Dialler } from './acceptor.ts'
import { AgentLink } from './agent-link.ts'
import { Hops, type PeerWays } from './hop/hops.ts'
import { Passage } from './hop/passage.ts'
import { Refusals } from './refusals.ts'
import { Reporting, type ReportingOptions } from './reporting.ts'
import { Routing } from './routing.ts'
import type { Streams } from './streams.ts'
import { Whereabouts } from './whereabouts.ts'

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
  /** Where agents find the peers, this one among them, for one that came by `route`. */
  readonly addresses?: (route: string) => readonly string[]
  /** The 32 bytes of one start of a space; undefined when that start is not the space's current one. */
  readonly agentKey: (identity: { spaceId: SpaceId; epoch: number }) => Buffer | undefined
}

/** How often it is looked whether links of agents that have gone are still in use, ms. */
const LOOK_MS = 200
/** Streams of a link that nobody uses: that of its reports. */
const REPORTS = 1

export class Links {
  readonly streams: Streams
  readonly #options: LinksOptions
  readonly #acceptor: Acceptor
  readonly #links = new Map<SpaceId, AgentLink>()
  readonly #watches = new Set<Promise<unknown>>()
  /** To agents that are linked at other peers, and from other peers to those that are linked here. */
  readonly #hops: Hops | undefined
  readonly #passage: Passage
  readonly #whereabouts = new Map<AgentLink, Whereabouts>()
  /** Set while agents are sent to other peers. */
  #leaving: AbortController | undefined

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
    this.streams = new Routing({
      linkOf: (spaceId) => this.#links.get(spaceId),
      holdersOf: (spaceId) => options.live.others('agent', spaceId),
      hops: this.#hops,
      isLeaving: () => this.#leaving !== undefined,
    })
  }

  /** Takes the socket of a request for LINK_PATH, whatever becomes of it. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#acceptor.handleUpgrade(request, socket, head)
  }

  has(spaceId: SpaceId): boolean {
    return this.#links.has(spaceId)
  }

  /** The agent's link where this peer holds it. */
  linkOf(spaceId: SpaceId): Pick<AgentLink, 'identity' | 'ended'> | undefined {
    return this.#links.get(spaceId)
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

  /** The peers' addresses may have changed: each agent hears of them. */
  tellAddresses(): void {
    for (const link of this.#links.values()) this.#tellAddresses(link)
  }

  /**
   * Sends every agent to another peer, and streams after them, and takes no more agents. A link on which something is under
   * way stands until that is over, or until `close`. Resolves when another peer has each agent, or after `waitMs`. Never rejects.
   */
  async drain(waitMs: number): Promise<void> {
    if (this.#leaving) return
    const leaving = new AbortController()
    this.#leaving = leaving
    const enough = new AbortController()
    const over = AbortSignal.any([leaving.signal, enough.signal])
    const links = [...this.#links.values()]
    const gone = this.#allGone(links, over)
    for (const link of links) void this.#whereabouts.get(link)?.leave()
    const late = this.#options.clock.delay(waitMs, over).catch(() => undefined)
    await Promise.race([gone, late])
    enough.abort()
    await gone
    void this.#endIdle(leaving.signal)
  }

  /** Takes agents again. */
  undrain(): void {
    this.#leaving?.abort()
    this.#leaving = undefined
  }

  /** How many agents have a link here. */
  get size(): number {
    return this.#links.size
  }

  /** Ends the links of agents that are linked elsewhere by now. */
  endGone(): void {
    for (const [spaceId, link] of this.#links) {
      if (this.#options.live.others('agent', spaceId).length > 0) link.close()
    }
  }

  /** Ends all links; resolves when nobody watches them any more and nothing of them is left in Live. */
  async close(): Promise<void> {
    this.#leaving?.abort()
    for (const link of this.#links.values()) link.close()
    this.#acceptor.close()
    this.#hops?.close()
    this.#passage.close()
    await Promise.all(this.#watches)
  }

  /** Resolves when another peer says of each agent that it is linked there, or the signal aborts. */
  async #allGone(links: readonly AgentLink[], signal: AbortSignal): Promise<void> {
    const changes = this.#options.live.watch('agent', { signal })
    const isGone = (link: AgentLink) => link.ended.aborted || this.#isElsewhere(link)
    if (links.every(isGone)) return
    for await (const _ of changes) if (links.every(isGone)) return
  }

  /** Ends links of agents that have another one, as what they carry ends. */
  async #endIdle(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#links.size > 0) {
      for (const link of this.#links.values()) {
        if (this.#isElsewhere(link) && link.streams <= REPORTS) link.close()
      }
      await this.#options.clock.delay(LOOK_MS, signal).catch(() => undefined)
    }
  }

  #isElsewhere({ identity: { spaceId } }: AgentLink): boolean {
    return this.#options.live.others('agent', spaceId).length > 0
  }

  #tellAddresses(link: AgentLink): void {
    const { addresses, live } = this.#options
    const spaceId = link.identity.spaceId as SpaceId
    const route = live.own.get('agent', spaceId)?.route
    if (!addresses || route === undefined) return
    void this.#whereabouts.get(link)?.tell(addresses(route))
  }

  #keyOf(identity: Dialler): Buffer | undefined {
    if ('peerId' in identity) return this.#options.peers?.keyOf(identity)
    const spaceId = identity.spaceId as SpaceId
    if (identity.lane === 'control' && this.#leaving) return undefined
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
    const reporting = new Reporting(link, {
      ...this.#options,
      onReport: (id, report) => {
        if (report.type === 'hello') this.#tellAddresses(link)
        this.#options.onReport?.(id, report)
      },
    })
    this.#links.set(spaceId, link)
    this.#whereabouts.set(link, new Whereabouts(link, log))
    log.info({ spaceId, epoch }, 'an agent is linked')
    const beats = {
      delay: (ms: number, signal?: AbortSignal) => clock.delay(ms, signal),
      onRoundTrip: (ms: number) => reporting.measured(ms),
      onDead: () => link.close(),
    }
    const beating = heartbeat(link.control, beats, link.ended)
    link.ended.addEventListener('abort', () => {
      if (this.#links.get(spaceId) === link) this.#links.delete(spaceId)
      this.#whereabouts.delete(link)
      log.info({ spaceId, epoch }, 'the link of an agent has ended')
    })
    await Promise.all([beating, reporting.run()])
  }
}

export function createLinks(options: LinksOptions): Links {
  return new Links(options)
}
