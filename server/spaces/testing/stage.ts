// Everything that spaces stand on, small enough for a unit test: records in memory, a fake engine, an agent that
// links as soon as its container runs. `reopen` stands for a peer that died and came back.

import assert from 'node:assert/strict'
import type { Space } from '#protocol/api/spaces.ts'
import { newId, type SpaceId, type TemplateId } from '#protocol/ids.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { type Clock, systemClock, systemRandom } from '../../clock.ts'
import type { Live, LiveTopics } from '../../live/live.ts'
import { createLive } from '../../live/table.ts'
import { openRecords, type ReplicatedRecords } from '../../records/open.ts'
import { openMemoryStore } from '../../store/memory.ts'
import { createTemplates, type Templates } from '../../templates/templates.ts'
import type { ValueProvider } from '../../templates/values.ts'
import { createHosts, type LocalHosts } from '../hosts.ts'
import type { AgentFolder } from '../runtime/agent-volume.ts'
import type { Engine } from '../runtime/engine.ts'
import type { Range } from '../runtime/subnets.ts'
import { createSpaces, type Spaces } from '../spaces.ts'

export const ada = { kind: 'user', id: newId<'user'>(), name: 'ada' } as const
export const bob = { kind: 'user', id: newId<'user'>(), name: 'bob' } as const
export const silent = { info() {}, warn() {}, error() {} }

const noAgent: AgentFolder = { path: '/', version: 'test', files: [] }
export const soon = (what: string) => ({ timeoutMs: 5000, what })

export interface StageOptions {
  readonly engine: Engine
  readonly clock?: Clock
  readonly cluster?: string
  readonly agentFolder?: AgentFolder
  readonly routes?: () => Promise<readonly Range[]>
  readonly spacesPerUser?: number
  /** Variables and secrets; none unless said. */
  readonly values?: ValueProvider
  /** Whether an agent links once its space is launched; true unless said otherwise. */
  readonly linking?: boolean
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const { clock = systemClock } = options
  const live = createLive({ clock })
  const store = openMemoryStore()
  const records = await openRecords({ store, clock, random: systemRandom, log: silent })
  return new Stage(options, clock, live, records)
}

export class Stage {
  readonly live: Live
  readonly records: ReplicatedRecords
  readonly templates: Templates
  readonly unlinked: string[] = []
  readonly #options: StageOptions
  readonly #clock: Clock
  readonly #ended = new AbortController()
  readonly #agents: Promise<void>
  #peer: { readonly hosts: LocalHosts; readonly spaces: Spaces }

  constructor(options: StageOptions, clock: Clock, live: Live, records: ReplicatedRecords) {
    this.#options = options
    this.#clock = clock
    this.live = live
    this.records = records
    this.templates = createTemplates({ records, clock, random: systemRandom })
    this.#peer = this.#open()
    this.#agents = options.linking === false ? Promise.resolve() : this.#linkAll()
  }

  get spaces(): Spaces {
    return this.#peer.spaces
  }

  get hosts(): LocalHosts {
    return this.#peer.hosts
  }

  /** The timeline, oldest first, as `step state`. */
  async steps(id: SpaceId): Promise<string[]> {
    const timeline = await this.spaces.timeline(id)
    return timeline.map(({ step, state }) => `${step} ${state}`)
  }

  link(id: SpaceId): void {
    const linked = { linkedAt: 0, route: 'r', failed: [], version: '1', run: 'r' }
    this.live.publish('agent', id, linked, TTL_MS, this.#epoch(id))
  }

  report(id: SpaceId, startup: LiveTopics['startup']): void {
    this.live.publish('startup', id, startup, TTL_MS, this.#epoch(id))
  }

  #epoch(id: SpaceId): number {
    return this.records.get('space', id)?.groups.runtime?.epoch ?? 0
  }

  /** Saves a template with this source, by default one container with a volume. */
  async template(source = ONE_CONTAINER, allow = false): Promise<{ id: TemplateId }> {
    const { id } = await this.templates.save(ada, { source, allow })
    return { id: id as TemplateId }
  }

  async create(templateId: TemplateId, name = 'box', parameters = {}): Promise<SpaceId> {
    const id = newId<'space'>()
    await this.spaces.create(ada, { id, name, templateId, parameters })
    return id
  }

  async reaches(id: SpaceId, state: Space['state'], timeoutMs = 5000): Promise<Space> {
    const look = () => {
      const space = this.spaces.show(id)
      assert.equal(space?.state, state, space?.reason)
      return space
    }
    return await eventually(look, { timeoutMs, what: `the space is ${state}` })
  }

  async gone(id: SpaceId, timeoutMs = 5000): Promise<void> {
    const look = () => this.spaces.show(id) === undefined
    await eventually(look, { timeoutMs, what: 'the space is gone' })
  }

  /** The peer ends as by kill −9, as far as the engine and records see, and another one begins. */
  async reopen(): Promise<void> {
    this.hosts.close()
    await this.spaces.close()
    this.#peer = this.#open()
    await this.spaces.start()
  }

  async close(): Promise<void> {
    await this.spaces.close()
    this.hosts.close()
    this.#ended.abort()
    await this.#agents
    this.#options.engine.close()
    this.live.close()
    await this.records.close()
  }

  #open() {
    const { engine, cluster = 'test', agentFolder = noAgent, routes } = this.#options
    const { spacesPerUser, values } = this.#options
    const hosts = createHosts()
    const spaces = createSpaces({
      records: this.records,
      live: this.live,
      templates: this.templates,
      links: { unlink: (id) => void this.unlinked.push(id) },
      engines: [
        { engine, addresses: (gateway) => [`http://${gateway}:7534`], ...(routes && { routes }) },
      ],
      self: { id: newId<'peer'>(), name: 'stage' },
      hosts,
      clock: this.#clock,
      random: systemRandom,
      log: silent,
      cluster,
      agentFolder,
      agentKey: () => Promise.resolve(new Uint8Array(32)),
      hostKeySeed: () => new Uint8Array(32),
      ...(spacesPerUser && { spacesPerUser }),
      ...(values && { values }),
      publicUrl: 'https://skein.example',
    })
    return { hosts, spaces }
  }

  /** Plays the agents: each links as soon as its space is started. */
  async #linkAll(): Promise<void> {
    for await (const { id } of this.records.watch('space', { signal: this.#ended.signal })) {
      if (this.records.get('space', id)?.groups.runtime?.state === 'starting') this.link(id)
    }
  }
}

const TTL_MS = 3_600_000
const ONE_CONTAINER = 'name: T\nservices: {main: {image: debian, volumes: ["home:/home/dev"]}}'
