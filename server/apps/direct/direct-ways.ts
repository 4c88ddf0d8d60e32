// The direct way to apps: where the space's container runs on this machine and the app listens beyond loopback, the peer
// dials the container's address itself, like a proxy beside it, and the agent has no work with it. It is a way and no
// right: who may go is decided before, and whatever speaks against it sends the request the agent's way.

import type { SpaceId } from '#protocol/ids.ts'
import type { Clock } from '../../clock.ts'
import { Buckets } from '../../identity/limits.ts'
import { within } from '../../links/within.ts'
import type { Live } from '../../live/live.ts'
import type { Records, Row } from '../../records/records.ts'
import type { SpaceAddress } from '../../spaces/address.ts'
import { Doubts } from './doubts.ts'
import { MAX_OF_SPACE, type NearLink, NearSpace } from './near-space.ts'
import type { SocketCarrier } from './socket-carrier.ts'

/** Connecting and asking the engine, ms: both answer within one or two; the agent's way is there for whoever waits. */
export const DIAL_MS = 250
/** Of all spaces, connections: half of what a process may open where nobody raised its 4,096 descriptors. */
const MAX_CONNECTIONS = 2000
/**
 * To one port: the engine is asked for each, or for several at once, so that an app that ends every connection after one
 * answer goes the agent's way beyond twenty a second.
 */
const DIAL_RULE = { burst: 200, refillMs: 50 } as const

/** What the rest of the peer knows of where spaces are. */
export interface DirectSource {
  /** The link of the space's agent where this peer itself holds it. */
  linkOf(space: SpaceId): NearLink | undefined
  /** As the engine says now; undefined or rejects where it is not on this machine. */
  locate(space: SpaceId): Promise<SpaceAddress | undefined>
}

export interface DirectParts {
  readonly source: DirectSource
  readonly records: Pick<Records, 'get'>
  readonly live: Pick<Live, 'getOf'>
  readonly clock: Clock
}

export class DirectWays {
  readonly #parts: DirectParts
  readonly #near = new Map<SpaceId, NearSpace>()
  readonly #doubts: Doubts
  readonly #dials: Buckets

  constructor(parts: DirectParts) {
    this.#parts = parts
    this.#doubts = new Doubts(parts.clock)
    this.#dials = new Buckets(DIAL_RULE, parts.clock)
  }

  /** Connections, also such as are being made. */
  get size(): number {
    let size = 0
    for (const near of this.#near.values()) size += near.size
    return size
  }

  /** Whether a port may be dialled now. */
  mayOpen(space: SpaceId, port: number): boolean {
    const { source, live } = this.#parts
    const link = source.linkOf(space)
    if (!link || link.ended.aborted || !this.#runs(space, link)) return false
    if (this.#doubts.has(keyOf(space, port))) return false
    const ports = live.getOf('ports', space, link.identity.epoch)
    return ports?.some((it) => it.port === port && isEverywhere(it.address)) ?? false
  }

  /** Undefined where it is to be the agent's way. Never rejects. */
  async open(space: SpaceId, port: number): Promise<SocketCarrier | undefined> {
    const near = this.mayOpen(space, port) ? this.#nearOf(space) : undefined
    if (!near || near.size >= MAX_OF_SPACE || this.size >= MAX_CONNECTIONS) return undefined
    if (!this.#takeDial(space, port)) return undefined
    const stop = new AbortController()
    try {
      const dialling = near.dial(port, stop.signal)
      const wait = { clock: this.#parts.clock, timeoutMs: DIAL_MS, thing: 'The app' }
      const carrier = await within(dialling, wait)
      this.#doubts.forget(keyOf(space, port))
      return carrier
    } catch {
      // Whatever it was, the agent's way says it better if it is no better there.
      this.#doubts.add(keyOf(space, port))
      return undefined
    } finally {
      stop.abort()
    }
  }

  /** Whether a connection may carry one more request: asked before each. */
  holds(space: SpaceId, carrier: SocketCarrier): boolean {
    const near = this.#near.get(space)
    return near?.has(carrier) === true && this.#runs(space, near.link)
  }

  /** The record of a space has changed. */
  recheck(space: SpaceId): void {
    const near = this.#near.get(space)
    if (near && !this.#runs(space, near.link)) this.#drop(space, near)
  }

  close(): void {
    for (const [space, near] of this.#near) this.#drop(space, near)
  }

  #nearOf(space: SpaceId): NearSpace | undefined {
    const { source } = this.#parts
    const link = source.linkOf(space)
    const known = this.#near.get(space)
    if (!link || known?.link === link) return known
    if (known) this.#drop(space, known)
    const near = new NearSpace(link, () => source.locate(space))
    this.#near.set(space, near)
    link.ended.addEventListener('abort', () => this.#drop(space, near), { once: true })
    return near
  }

  #drop(space: SpaceId, near: NearSpace): void {
    near.end()
    if (this.#near.get(space) === near) this.#near.delete(space)
  }

  /**
   * By what is recorded, in the start that the link is of. Whoever takes a space's containers and network away records
   * first that it runs no more.
   */
  #runs(space: SpaceId, { identity }: NearLink): boolean {
    const row: Row<'space'> | undefined = this.#parts.records.get('space', space)
    const runtime = row?.groups.runtime
    return runtime?.state === 'running' && runtime.epoch === identity.epoch
  }

  #takeDial(space: SpaceId, port: number): boolean {
    try {
      this.#dials.take(keyOf(space, port))
      return true
    } catch {
      return false
    }
  }
}

const keyOf = (space: SpaceId, port: number): string => `${space}:${port}`

/** An address of one network alone may be another server's than the one that answers on loopback. */
const isEverywhere = (address: string): boolean => address === '0.0.0.0' || address === '::'
