// The two ways to one port of a space: direct where that is open, else through the agent. Connections of the agent's way
// give way to direct ones, so that an app that was met before its ports were told of does not go round for ever.

import type { SpaceId } from '#protocol/ids.ts'
import type { Carrier } from '../../../link/trunk/carrier.ts'
import type { Carriers } from '../wire/carriers.ts'
import type { DirectWays } from './direct-ways.ts'
import { SocketCarrier } from './socket-carrier.ts'

export class PortWays {
  readonly #space: SpaceId
  readonly #port: number
  readonly #carriers: Carriers
  readonly #direct: DirectWays | undefined
  #prefersDirect = false

  constructor(space: SpaceId, port: number, carriers: Carriers, direct: DirectWays | undefined) {
    this.#space = space
    this.#port = port
    this.#carriers = carriers
    this.#direct = direct
  }

  /** Rejects as `Streams.open` does. */
  async open(): Promise<Carrier> {
    const direct = await this.#direct?.open(this.#space, this.#port)
    if (!direct) this.#prefersDirect = false
    return direct ?? (await this.#carriers.open())
  }

  keeps(carrier: Carrier): boolean {
    if (carrier instanceof SocketCarrier) return this.#direct?.holds(this.#space, carrier) ?? false
    return !this.#prefersDirect
  }

  /** Called now and then. */
  look(): void {
    this.#prefersDirect = this.#direct?.mayOpen(this.#space, this.#port) ?? false
  }

  close(): void {
    this.#carriers.close()
  }
}
