// One space whose agent is linked here and whose container an engine of this machine runs: connections to its address, for
// as long as that link stands. An address may go to another space's container, so it is the engine that says who has it,
// once before a connection is dialled and once more after it stands.

import { SkeinError } from '#protocol/errors.ts'
import type { SpaceAddress } from '../../spaces/address.ts'
import { dialFrom } from './dial.ts'
import type { SocketCarrier } from './socket-carrier.ts'

/** Of one space, connections: twice what one port may have. Each takes one of the peer's file descriptors. */
export const MAX_OF_SPACE = 200

export interface NearLink {
  readonly identity: { readonly epoch: number }
  /** Aborted when the link has ended. */
  readonly ended: AbortSignal
}

/** As the engine says now. */
export type Locate = () => Promise<SpaceAddress | undefined>

export class NearSpace {
  readonly link: NearLink
  readonly #locate: Locate
  readonly #carriers = new Set<SocketCarrier>()
  #dialling = 0
  #known: Promise<SpaceAddress | undefined> | undefined
  #asking: Promise<SpaceAddress | undefined> | undefined
  #nextAsking: Promise<SpaceAddress | undefined> | undefined

  constructor(link: NearLink, locate: Locate) {
    this.link = link
    this.#locate = locate
    link.ended.addEventListener('abort', () => this.end(), { once: true })
  }

  get size(): number {
    return this.#carriers.size + this.#dialling
  }

  /**
   * Rejects with whatever is in the way. The connection that comes is the container's that has run since before it was
   * dialled, and nothing has been sent on it.
   */
  async dial(port: number, signal: AbortSignal): Promise<SocketCarrier> {
    this.#dialling++
    try {
      const before = await this.#address()
      if (!before) throw gone()
      const carrier = await dialFrom(before, port, signal)
      this.#keep(carrier)
      try {
        await this.#confirm(before, signal)
      } catch (error) {
        carrier.abort()
        throw error
      }
      return carrier
    } finally {
      this.#dialling--
    }
  }

  has(carrier: SocketCarrier): boolean {
    return this.#carriers.has(carrier)
  }

  /** Nothing more goes to the address: it may be another's soon. */
  end(): void {
    this.#known = undefined
    for (const carrier of [...this.#carriers]) carrier.lose()
  }

  #keep(carrier: SocketCarrier): void {
    this.#carriers.add(carrier)
    carrier.onClose(() => this.#carriers.delete(carrier))
    if (this.link.ended.aborted) carrier.lose()
  }

  /** Remembered: whether it still holds is asked after each dialling. */
  async #address(): Promise<SpaceAddress | undefined> {
    this.#known ??= this.#ask()
    const known = this.#known
    const address = await known.catch(() => undefined)
    if (!address && this.#known === known) this.#known = undefined
    return address
  }

  /** The container that had the address before the dialling has it still, so it had it when the connection came. */
  async #confirm({ hold }: SpaceAddress, signal: AbortSignal): Promise<void> {
    const after = await this.#ask()
    signal.throwIfAborted()
    if (after?.hold === hold && !this.link.ended.aborted) return
    this.#known = undefined
    throw gone()
  }

  /** Asked after the call, and shared by all who call before the engine is asked: many connections come at once. */
  #ask(): Promise<SpaceAddress | undefined> {
    this.#nextAsking ??= this.#askNext(this.#asking)
    return this.#nextAsking
  }

  async #askNext(last: Promise<unknown> | undefined): Promise<SpaceAddress | undefined> {
    await last?.catch(() => undefined)
    this.#asking = this.#nextAsking
    this.#nextAsking = undefined
    return await this.#locate()
  }
}

const gone = (): SkeinError => new SkeinError('link_lost')
