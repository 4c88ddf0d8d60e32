// A space's own network, in a subnet that nothing on the host uses. Two spaces that start at once must not choose the
// same one, so choosing and creating are one at a time in this process; what others take meanwhile is refused by the
// engine, remembered and left out.

import { SkeinError } from '#protocol/errors.ts'
import type { Owner } from './owner.ts'
import type { Engine } from './runtime/engine.ts'
import { labels, networkName } from './runtime/names.ts'
import { allocateSubnet, parseSubnet, type Range } from './runtime/subnets.ts'

/** How often another's subnet may come first before the cause must be another one. */
const MAX_TRIES = 16

/** One at a time: what the engines of one machine choose from is the same. */
export class SubnetTurn {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

export interface NetworksOptions {
  readonly engine: Engine
  readonly cluster: string
  /** e.g. `10.213.0.0/16`. */
  readonly pool: string
  /** What the host routes already; empty for an engine on another machine. */
  readonly routes: () => Promise<readonly Range[]>
  /** Shared by the engines of one machine. */
  readonly turn?: SubnetTurn
}

export class Networks {
  readonly #options: NetworksOptions
  readonly #refused: Range[] = []
  readonly #turn: SubnetTurn

  constructor(options: NetworksOptions) {
    this.#options = options
    this.#turn = options.turn ?? new SubnetTurn()
  }

  /** Answers the space's subnet. Rejects with `no_subnet` when none is free. */
  ensure(owner: Owner, spaceId: string): Promise<string> {
    return this.#turn.take(() => this.#ensure(owner, spaceId))
  }

  async #ensure(owner: Owner, spaceId: string): Promise<string> {
    const { engine, cluster, pool } = this.#options
    const name = networkName(spaceId)
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const networks = await engine.listNetworks(owner)
      const own = networks.find((network) => network.name === name)
      if (own !== undefined) return own.subnet
      const taken = networks.flatMap((network) => network.subnets)
      const routes = await this.#options.routes()
      const subnet = allocateSubnet(pool, [...taken, ...routes, ...this.#refused])
      if (subnet === undefined) throw new SkeinError('no_subnet', { range: pool })
      const marks = { [labels.cluster]: cluster, [labels.space]: spaceId }
      try {
        await engine.createNetwork(owner, { name, subnet, labels: marks })
        return subnet
      } catch (caught) {
        if (!isOverlap(caught)) throw caught
        const range = parseSubnet(subnet)
        if (range !== undefined) this.#refused.push(range)
      }
    }
    throw new SkeinError('no_subnet', { range: pool })
  }
}

/** Docker has no code for it: “Pool overlaps with other one on this address space”. */
const isOverlap = (caught: unknown): boolean =>
  caught instanceof SkeinError &&
  caught.code === 'engine_refused' &&
  /overlap|already exists/i.test(String(caught.details.reason))
