// One engine of this peer, and the loop that makes true what people want of the spaces on it: it keeps the engine in sight,
// and looks at one space at a time whenever something about it may have changed. A peer has one of these for each engine.

import { SkeinError } from '#protocol/errors.ts'
import type { HostId, PeerId, SpaceId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Live } from '../live/live.ts'
import type { Log } from '../store/log.ts'
import type { Templates } from '../templates/templates.ts'
import { addressIn, type SpaceAddress } from './address.ts'
import { adopt } from './adopt.ts'
import { removeCarriers } from './copies/carrier.ts'
import type { OnHost } from './copies/copies.ts'
import { type HostConfig, HostWatch, type SeenHost } from './host-watch.ts'
import { Images, type LoginFor } from './images.ts'
import { Lanes, type Verdict } from './lanes.ts'
import { Launcher, type Surroundings } from './launch.ts'
import { Networks, type SubnetTurn } from './network.ts'
import type { Hosts, Owner } from './owner.ts'
import { Passes } from './pass.ts'
import type { RenderingOptions } from './rendering.ts'
import { type AgentFolder, AgentVolume } from './runtime/agent-volume.ts'
import type { Engine, EngineEvent } from './runtime/engine.ts'
import { labels } from './runtime/names.ts'
import { DEFAULT_SUBNETS, type Range } from './runtime/subnets.ts'
import { sweepSpace } from './sweep.ts'
import type { Timeline } from './timeline.ts'
import { isOurs } from './whose.ts'

/** An engine, and what is different for each. */
export interface EngineParts extends Pick<Surroundings, 'addresses' | 'socketFolder'> {
  readonly engine: Engine
  /** What the configuration says of it. */
  readonly about?: HostConfig
  /** What the host routes already. */
  readonly routes?: () => Promise<readonly Range[]>
}

/** What all loops of a peer share. */
export interface LoopOptions
  extends Omit<Surroundings, 'addresses' | 'socketFolder'>,
    RenderingOptions {
  readonly live: Live
  readonly links: { unlink(spaceId: string): void }
  /** Without it every pull is a stranger's. */
  readonly loginFor?: LoginFor
  readonly hosts: Hosts
  readonly templates: Pick<Templates, 'parsed'>
  readonly timeline: Timeline
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** This peer, as it is named where it drives a host. */
  readonly self: { readonly id: PeerId; readonly name: string }
  /** Marks this cluster's objects on the engine; never changes. */
  readonly cluster: string
  readonly agentFolder: AgentFolder
  /** Where subnets come from, e.g. `10.213.0.0/16`. */
  readonly subnets?: string
  /** Engines of one machine choose their subnets one after the other. */
  readonly subnetTurn: SubnetTurn
  /** The engine is there, or another peer drives it: something may be placed that could not be before. */
  readonly onSeen: () => void
}

export class HostLoop {
  readonly #options: LoopOptions & EngineParts
  readonly #agentVolume: AgentVolume
  readonly #passes: Passes
  readonly #lanes: Lanes
  readonly #watch: HostWatch
  /** Spaces whose volume is being written: nothing starts or stops them meanwhile. */
  readonly #held = new Set<SpaceId>()

  /** Spaces of which something may be here that is not theirs any more. */
  readonly #doubted = new Set<SpaceId>()

  constructor(options: LoopOptions & EngineParts) {
    const { engine, cluster, clock, log, agentFolder, subnetTurn } = options
    this.#options = options
    this.#agentVolume = new AgentVolume({ engine, clock, folder: agentFolder, cluster })
    const pool = options.subnets ?? DEFAULT_SUBNETS
    const routes = options.routes ?? (() => Promise.resolve([]))
    const turn = options.routes && subnetTurn
    const launcher = new Launcher({
      ...options,
      images: new Images(engine, options.loginFor),
      networks: new Networks({ engine, cluster, pool, routes, ...(turn && { turn }) }),
      agentVolume: this.#agentVolume,
    })
    this.#passes = new Passes({ ...options, launcher })
    this.#lanes = new Lanes({ work: (id, signal) => this.#pass(id, signal), clock, log })
    this.#watch = new HostWatch({
      ...options,
      about: options.about ?? { labels: {} },
      onReady: (owner) => this.#ready(owner),
      onEvent: (event) => this.#saw(event),
      onStandBy: options.onSeen,
    })
  }

  /** Set while the engine answers and this peer drives it. */
  get seen(): SeenHost | undefined {
    return this.#watch.seen
  }

  /** The engine's host, also while another peer drives it. */
  get hostId(): HostId | undefined {
    return this.#watch.hostId
  }

  /** Resolves after the first look at the engine, whatever came of it. */
  start(): Promise<void> {
    return this.#watch.start()
  }

  /** Something about a space may have changed. */
  touch(id: SpaceId): void {
    this.#lanes.touch(id)
  }

  /** It is gone, or on another host than it was: what is here of it may have to go. */
  doubt(id: SpaceId): void {
    this.#doubted.add(id)
    this.#lanes.interrupt(id)
  }

  /** Something else is wanted of it: what is being waited for may be wanted no more. */
  interrupt(id: SpaceId): void {
    this.#lanes.interrupt(id)
  }

  /** Rejects with `unavailable` where this peer does not drive the engine. */
  async act<T>(work: OnHost<T>): Promise<T> {
    const { seen } = this
    const { engine, hosts } = this.#options
    if (seen === undefined) throw notDriving()
    return await hosts.act(seen.hostId, (owner) => work(owner, engine))
  }

  /** As the engine says now; undefined where the space does not run, or on another machine. Rejects as `act` does. */
  async locate(id: SpaceId): Promise<SpaceAddress | undefined> {
    const { records, templates, cluster, socketFolder } = this.#options
    const {
      state,
      versionId,
      containers,
      epoch = 0,
    } = records.get('space', id)?.groups.runtime ?? {}
    if (socketFolder === undefined || state !== 'running' || !versionId) return undefined
    const main = templates.parsed(versionId)?.template.main
    const container = main === undefined ? undefined : containers?.[main]
    if (container === undefined) return undefined
    const detail = await this.act((owner, engine) => engine.inspectContainer(owner, container))
    return detail && addressIn(detail, { cluster, spaceId: id, epoch })
  }

  /** A pass that runs already was not asked to start anything, or `work` sees that it was. */
  async hold<T>(id: SpaceId, work: OnHost<T>): Promise<T> {
    if (this.#held.has(id)) throw new SkeinError('space_busy', { state: 'being copied' })
    this.#held.add(id)
    try {
      return await this.act(work)
    } finally {
      this.#held.delete(id)
      this.#lanes.touch(id)
    }
  }

  async close(): Promise<void> {
    await this.#lanes.close()
    await this.#watch.close()
  }

  /** A space that another host has is not ours; without an engine it waits for the engine. */
  async #pass(id: SpaceId, signal: AbortSignal): Promise<Verdict> {
    const { hosts, records } = this.#options
    const { seen } = this
    const row = records.get('space', id)
    if (seen === undefined || this.#held.has(id)) return { come: 'when touched' }
    if (row === undefined || !isOurs(records, row, seen.hostId)) return await this.#sweep(id)
    this.#doubted.delete(id)
    return await hosts.act(seen.hostId, (owner) => this.#passes.run(owner, seen.facts, id, signal))
  }

  /** Only of a space that was named: every peer hears of every space, and few are any of its engines' business. */
  async #sweep(id: SpaceId): Promise<Verdict> {
    if (this.#doubted.has(id)) {
      await this.act((owner) => sweepSpace({ ...this.#options, owner }, id))
      this.#doubted.delete(id)
    }
    return { come: 'when touched' }
  }

  /** The engine is there (again): fills the agent's volume ahead of need and looks at everything. */
  async #ready(owner: Owner): Promise<void> {
    const { engine, cluster, log, onSeen } = this.#options
    onSeen()
    await removeCarriers(engine, owner, cluster)
    this.#prepareAgent(owner).catch((error: unknown) => {
      log.warn({ error }, 'The agent’s volume could not be filled ahead of need.')
    })
    const { ours, others } = await adopt({ ...this.#options, owner })
    // Everything was looked at just now, so what was doubted while the engine was away is among these or not here.
    this.#doubted.clear()
    for (const id of ours) this.#lanes.touch(id)
    for (const id of others) this.doubt(id)
  }

  async #prepareAgent(owner: Owner): Promise<void> {
    await this.#agentVolume.ensure(owner)
    await this.#agentVolume.removeOld(owner)
  }

  #saw({ labels: marks }: EngineEvent): void {
    const id = marks[labels.space]
    if (id !== undefined) this.#lanes.touch(id as SpaceId)
  }
}

export const notDriving = () =>
  new SkeinError('unavailable', { reason: 'not driving the host of this space' })
