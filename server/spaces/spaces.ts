// Spaces: people's wishes are written down here, and whoever drives the host makes them true. Requests never touch
// the engine; the loop behind them looks at one space at a time, whenever something about it may have changed.

import type { ParameterValue, Space, TimelineStep } from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import { makeId, type SpaceId, type UserId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock, Random } from '../clock.ts'
import type { Live } from '../live/live.ts'
import type { Decision, Dot, Records, View } from '../records/records.ts'
import type { Log } from '../store/log.ts'
import type { Templates } from '../templates/templates.ts'
import { adopt } from './adopt.ts'
import { removeCarriers } from './copies/carrier.ts'
import { VolumeCopies } from './copies/copies.ts'
import { HostWatch } from './host-watch.ts'
import { Images } from './images.ts'
import { Lanes, type Verdict } from './lanes.ts'
import { Launcher, type Surroundings } from './launch.ts'
import { Networks } from './network.ts'
import type { Hosts, Owner } from './owner.ts'
import { Passes } from './pass.ts'
import { type AgentFolder, AgentVolume } from './runtime/agent-volume.ts'
import type { Engine, EngineEvent } from './runtime/engine.ts'
import { labels } from './runtime/names.ts'
import { DEFAULT_SUBNETS, type Range } from './runtime/subnets.ts'
import { Timeline } from './timeline.ts'
import { showSpace } from './view.ts'
import { isOurs } from './whose.ts'
import {
  type Creation,
  DEFAULT_SPACES_PER_USER,
  decideConfigure,
  decideCreate,
  decideRename,
  decideWant,
  type Wish,
  type Wisher,
} from './wishes.ts'

export interface SpacesOptions extends Surroundings {
  readonly records: Records
  readonly live: Live
  readonly links: { unlink(spaceId: string): void }
  readonly engine: Engine
  readonly hosts: Hosts
  readonly templates: Pick<Templates, 'parsed'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Whether this peer's database made a row: it then says where it is placed. Without other peers it has made all. */
  readonly isOwn?: (birth: Dot) => boolean
  /** Marks this cluster's objects on the engine; never changes. */
  readonly cluster: string
  readonly agentFolder: AgentFolder
  /** Where subnets come from, e.g. `10.213.0.0/16`. */
  readonly subnets?: string
  readonly spacesPerUser?: number
  /** What the host routes already. */
  readonly routes?: () => Promise<readonly Range[]>
}

export interface Spaces {
  /** Resolves after the first look at the engine, whatever came of it. */
  start(): Promise<void>
  show(id: SpaceId): Space | undefined
  /** All, or those that the actor owns. */
  list(actor?: Actor): readonly Space[]
  create(actor: Actor, creation: Creation): Promise<{ readonly intentId: string }>
  want(actor: Actor, id: SpaceId, wish: Wish): Promise<{ readonly intentId: string }>
  rename(actor: Actor, id: SpaceId, name: string): Promise<void>
  configure(
    actor: Actor,
    id: SpaceId,
    parameters: Readonly<Record<string, ParameterValue>>,
  ): Promise<void>
  timeline(id: SpaceId): Promise<readonly TimelineStep[]>
  /** Its volumes, out and in. */
  readonly copies: VolumeCopies
  /** Ends the loop; containers go on. */
  close(): Promise<void>
}

export function createSpaces(options: SpacesOptions): Spaces {
  return new HostedSpaces(options)
}

class HostedSpaces implements Spaces {
  readonly #options: SpacesOptions
  readonly #timeline: Timeline
  readonly #agentVolume: AgentVolume
  readonly #passes: Passes
  readonly #lanes: Lanes
  readonly #watch: HostWatch
  readonly #ended = new AbortController()
  /** Spaces whose volume is being written: nothing starts or stops them meanwhile. */
  readonly #held = new Set<SpaceId>()
  readonly copies: VolumeCopies
  #watching: Promise<unknown> = Promise.resolve()

  constructor(options: SpacesOptions) {
    const { engine, cluster, clock, log, agentFolder } = options
    this.#options = options
    this.#timeline = new Timeline(options)
    this.#agentVolume = new AgentVolume({ engine, clock, folder: agentFolder, cluster })
    const pool = options.subnets ?? DEFAULT_SUBNETS
    const routes = options.routes ?? (() => Promise.resolve([]))
    const launcher = new Launcher({
      ...options,
      images: new Images(engine),
      networks: new Networks({ engine, cluster, pool, routes }),
      agentVolume: this.#agentVolume,
    })
    this.#passes = new Passes({ ...options, launcher, timeline: this.#timeline })
    this.#lanes = new Lanes({ work: (id, signal) => this.#pass(id, signal), clock, log })
    this.#watch = new HostWatch({
      ...options,
      onReady: (owner) => this.#ready(owner),
      onEvent: (event) => this.#saw(event),
      onStandBy: () => this.#standBy(),
    })
    this.copies = new VolumeCopies({
      ...options,
      act: (id, work) => this.#act(id, work),
      hold: (id, work) => this.#hold(id, work),
    })
  }

  async start(): Promise<void> {
    const { signal } = this.#ended
    const { records, live } = this.#options
    this.#watching = Promise.all([
      each(records.watch('space', { signal }), ({ id, groups, origin }) => {
        if (groups.includes('desired')) this.#lanes.interrupt(id)
        else if (origin === 'merge' && groups.includes('placement')) this.#lanes.touch(id)
      }),
      each(live.watch('agent', { signal }), ({ key }) => this.#reported(key)),
      each(live.watch('startup', { signal }), ({ key }) => this.#reported(key)),
    ]).catch((error: unknown) => {
      this.#options.log.error({ error }, 'Spaces no longer hear of changes.')
    })
    await this.#watch.start()
  }

  show(id: SpaceId): Space | undefined {
    const row = this.#options.records.get('space', id)
    return row && showSpace(this.#options, row)
  }

  list(actor?: Actor): readonly Space[] {
    const index = actor && { ownerId: actor.id as UserId }
    const rows = this.#options.records.list('space', index)
    return rows.flatMap((row) => showSpace(this.#options, row) ?? [])
  }

  create(actor: Actor, creation: Creation): Promise<{ readonly intentId: string }> {
    return this.#intend(actor, (view, wisher) => decideCreate(view, wisher, creation))
  }

  want(actor: Actor, id: SpaceId, wish: Wish): Promise<{ readonly intentId: string }> {
    return this.#intend(actor, (view, wisher) => decideWant(view, wisher, id, wish))
  }

  async rename(actor: Actor, id: SpaceId, name: string): Promise<void> {
    const wisher = this.#wisher(actor)
    await this.#options.records.transact((view) => decideRename(view, wisher, id, name))
  }

  async configure(
    actor: Actor,
    id: SpaceId,
    parameters: Readonly<Record<string, ParameterValue>>,
  ): Promise<void> {
    const wisher = this.#wisher(actor)
    await this.#options.records.transact((view) => decideConfigure(view, wisher, id, parameters))
  }

  timeline(id: SpaceId): Promise<readonly TimelineStep[]> {
    return this.#timeline.read(id)
  }

  async close(): Promise<void> {
    this.#ended.abort()
    await this.#lanes.close()
    await this.#watch.close()
    await this.#watching
    await this.#timeline.settled()
  }

  #wisher(actor: Actor): Wisher {
    const { clock, random, templates } = this.#options
    const nowMs = clock.nowMs()
    const spacesPerUser = this.#options.spacesPerUser ?? DEFAULT_SPACES_PER_USER
    return { actor, intentId: makeId(nowMs, random(10)), nowMs, templates, spacesPerUser }
  }

  async #intend(
    actor: Actor,
    decide: (view: View, wisher: Wisher) => Decision<string>,
  ): Promise<{ readonly intentId: string }> {
    const wisher = this.#wisher(actor)
    const intentId = await this.#options.records.transact((view) => decide(view, wisher))
    return { intentId }
  }

  /** Rejects with `unavailable` where this peer does not drive the space's host. */
  async #act<T>(id: SpaceId, work: (owner: Owner) => Promise<T>): Promise<T> {
    const seen = this.#watch.seen
    const placed = this.#options.records.get('space', id)?.groups.placement?.hostId
    if (seen === undefined || (placed !== undefined && placed !== seen.hostId)) {
      throw new SkeinError('unavailable', { reason: 'not driving the host of this space' })
    }
    return await this.#options.hosts.act(seen.hostId, work)
  }

  /** A pass that runs already was not asked to start anything, or `work` sees that it was. */
  async #hold<T>(id: SpaceId, work: (owner: Owner) => Promise<T>): Promise<T> {
    if (this.#held.has(id)) throw new SkeinError('space_busy', { state: 'being copied' })
    this.#held.add(id)
    try {
      return await this.#act(id, work)
    } finally {
      this.#held.delete(id)
      this.#lanes.touch(id)
    }
  }

  /** A space that another host has is not ours; without an engine it waits for the engine. */
  async #pass(id: SpaceId, signal: AbortSignal): Promise<Verdict> {
    const { hosts, records } = this.#options
    const seen = this.#watch.seen
    const row = records.get('space', id)
    if (this.#held.has(id)) return { come: 'when touched' }
    if (seen === undefined) {
      await this.#place(id)
      return { come: 'when touched' }
    }
    const whose = { hostId: seen.hostId, isOwn: this.#isOwn }
    if (row !== undefined && !isOurs(records, row, whose)) return { come: 'when touched' }
    return await hosts.act(seen.hostId, (owner) => this.#passes.run(owner, seen.facts, id, signal))
  }

  /** The engine is there (again): fills the agent's volume ahead of need and looks at everything. */
  async #ready(owner: Owner): Promise<void> {
    const { engine, cluster, log } = this.#options
    await removeCarriers(engine, owner, cluster)
    this.#prepareAgent(owner).catch((error: unknown) => {
      log.warn({ error }, 'The agent’s volume could not be filled ahead of need.')
    })
    const isOwn = this.#isOwn
    const ids = await adopt({ ...this.#options, isOwn, owner, timeline: this.#timeline })
    for (const id of ids) this.#lanes.touch(id)
  }

  get #isOwn(): (birth: Dot) => boolean {
    return this.#options.isOwn ?? (() => true)
  }

  /** What was made here goes to this peer's engine, whoever drives it. */
  #standBy(): void {
    const { records } = this.#options
    for (const { id, groups } of records.list('space')) if (!groups.placement) this.#lanes.touch(id)
  }

  /** Says where a space of this peer goes that is nowhere yet; the driver of that host does the rest. */
  async #place(id: SpaceId): Promise<void> {
    const { hostId } = this.#watch
    if (hostId === undefined) return
    const isOwn = this.#isOwn
    // It does not act on the host, so it needs not own it: nobody else places what was made here.
    const placer = { assertValid: () => undefined }
    const decide = (view: View): Decision<undefined> => {
      const row = view.get('space', id)
      if (row === undefined || row.groups.placement || !isOwn(row.birth)) return NOTHING
      const value = { hostId, subnet: '' }
      const change = { op: 'set', kind: 'space', id, group: 'placement', value } as const
      return { changes: [change], result: undefined }
    }
    await this.#options.records.transact(decide, { owner: placer })
  }

  async #prepareAgent(owner: Owner): Promise<void> {
    await this.#agentVolume.ensure(owner)
    await this.#agentVolume.removeOld(owner)
  }

  #saw({ labels: marks }: EngineEvent): void {
    const id = marks[labels.space]
    if (id !== undefined) this.#lanes.touch(id as SpaceId)
  }

  /** Only a space that waits for a report cares for one. */
  #reported(key: string): void {
    const id = key as SpaceId
    if (this.#options.records.get('space', id)?.groups.runtime?.state === 'starting') {
      this.#lanes.touch(id)
    }
  }
}

const NOTHING: Decision<undefined> = { changes: [], result: undefined }

/** Ends with the iterable, which ends with its signal. */
async function each<T>(source: AsyncIterable<T>, act: (item: T) => void): Promise<void> {
  for await (const item of source) act(item)
}
