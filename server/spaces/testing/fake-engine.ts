// An engine in memory, for what must be broken on purpose. It keeps containers, networks and volumes as Docker does,
// refuses what Docker refuses, and lets a test fail, hold or count any call.

import { Readable } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { Owner } from '../owner.ts'
import type { ContainerState } from '../runtime/answers.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import type {
  ContainerDetail,
  ContainerSummary,
  Engine,
  EngineEvent,
  EngineFacts,
  Image,
  NetworkSpec,
  NetworkSummary,
  PullOptions,
} from '../runtime/engine.ts'
import { parseSubnet } from '../runtime/subnets.ts'

export interface FakeContainer {
  id: string
  name: string
  spec: ContainerSpec
  state: ContainerState
  exitCode: number
  outOfMemory: boolean
  log: string[]
  createdAtMs: number
  /** How often it was started. */
  starts: number
}

type Labels = Readonly<Record<string, string>>
type Listener = { readonly labels: Labels; push(event: EngineEvent | undefined): void }

const refused = (status: number, reason: string) =>
  new SkeinError('engine_refused', { reason, status })

const hasLabels = (have: Labels, want: Labels) =>
  Object.entries(want).every(([key, value]) => have[key] === value)

export class FakeEngine implements Engine {
  /** Of containers, by id and network. */
  readonly endpoints = new Map<string, ContainerDetail['endpoints']>()
  readonly containers = new Map<string, FakeContainer>()
  readonly networks = new Map<string, NetworkSummary>()
  readonly volumes = new Map<string, Labels>()
  readonly images = new Map<string, Image>()
  /** What registries give. */
  readonly registry = new Map<string, Image>()
  /** Every call's name, in order. */
  readonly calls: string[] = []
  /** The registry that each pull was given a login for. */
  readonly logins: (string | undefined)[] = []
  facts: EngineFacts = {
    engineId: crypto.randomUUID(),
    name: 'fake',
    version: '1',
    architecture: 'amd64',
    cpus: 1,
    memoryBytes: 1,
    liveRestore: true,
  }
  /** Asked before every call; what it throws the call rejects with, what it returns is awaited. */
  before: (call: string) => unknown = () => undefined
  /** Asked once a change is made and its answer is on the way. */
  after: (call: string) => unknown = () => undefined
  readonly #listeners = new Set<Listener>()
  #counter = 0

  constructor() {
    this.images.set('debian', fakeImage())
  }

  async #enter(call: string, owner?: Owner): Promise<void> {
    owner?.assertValid()
    this.calls.push(call)
    await this.before(call)
    owner?.assertValid()
  }

  async #leave(call: string, owner: Owner): Promise<void> {
    await this.after(call)
    owner.assertValid()
  }

  async describe(): Promise<EngineFacts> {
    await this.#enter('describe')
    return this.facts
  }

  async image(owner: Owner, name: string): Promise<Image | undefined> {
    await this.#enter('image', owner)
    return this.images.get(name)
  }

  async imageNames(owner: Owner): Promise<readonly string[]> {
    await this.#enter('imageNames', owner)
    return [...this.images.keys()].map((name) => (name.includes(':') ? name : `${name}:latest`))
  }

  async pull(owner: Owner, name: string, { onProgress, login }: PullOptions): Promise<void> {
    await this.#enter('pull', owner)
    this.logins.push(login?.host)
    const image = this.registry.get(name)
    if (image === undefined)
      throw new SkeinError('image_missing', { image: name, reason: 'nobody has it' })
    onProgress({ doneBytes: 100, totalBytes: 100 })
    this.images.set(name, image)
  }

  async importImage(owner: Owner, name: string): Promise<void> {
    await this.#enter('importImage', owner)
    this.images.set(name, fakeImage())
  }

  async createContainer(owner: Owner, name: string, spec: ContainerSpec): Promise<string> {
    await this.#enter('createContainer', owner)
    if (this.#byName(name) !== undefined) throw refused(409, `the name ${name} is in use`)
    if (!this.images.has(spec.Image)) throw refused(404, `no such image ${spec.Image}`)
    const id = `c${++this.#counter}`
    this.containers.set(id, {
      id,
      name,
      spec,
      state: 'created',
      exitCode: 0,
      outOfMemory: false,
      log: [],
      createdAtMs: 0,
      starts: 0,
    })
    await this.#leave('createContainer', owner)
    return id
  }

  async startContainer(owner: Owner, id: string): Promise<void> {
    await this.#enter('startContainer', owner)
    const container = this.#one(id)
    if (container.state === 'running') return
    container.state = 'running'
    container.starts++
    this.#tell('start', container)
    await this.#leave('startContainer', owner)
  }

  async stopContainer(owner: Owner, id: string): Promise<void> {
    await this.#enter('stopContainer', owner)
    if (this.containers.get(id)?.state === 'running') this.exit(id, 143)
    await this.#leave('stopContainer', owner)
  }

  async killContainer(owner: Owner, id: string): Promise<void> {
    await this.#enter('killContainer', owner)
    if (this.containers.get(id)?.state === 'running') this.exit(id, 137)
  }

  async removeContainer(owner: Owner, id: string): Promise<void> {
    await this.#enter('removeContainer', owner)
    this.vanish(id)
    await this.#leave('removeContainer', owner)
  }

  async renameContainer(owner: Owner, id: string, name: string): Promise<void> {
    await this.#enter('renameContainer', owner)
    this.#one(id).name = name
    await this.#leave('renameContainer', owner)
  }

  async inspectContainer(owner: Owner, idOrName: string): Promise<ContainerDetail | undefined> {
    await this.#enter('inspectContainer', owner)
    const found = this.containers.get(idOrName) ?? this.#byName(idOrName)
    if (found === undefined) return undefined
    const { id, state, spec, createdAtMs, exitCode, outOfMemory } = found
    const plain = { id, state, createdAtMs, exitCode, outOfMemory }
    const seen = { labels: spec.Labels, error: '', health: 'healthy', mounts: [] }
    return {
      ...plain,
      ...seen,
      startedAt: `${createdAtMs}`,
      endpoints: this.endpoints.get(id) ?? {},
    }
  }

  async listContainers(owner: Owner, labels: Labels): Promise<readonly ContainerSummary[]> {
    await this.#enter('listContainers', owner)
    return [...this.containers.values()]
      .filter(({ spec }) => hasLabels(spec.Labels, labels))
      .map(({ id, name, state, spec }) => ({ id, name, state, labels: spec.Labels }))
  }

  async logs(owner: Owner, id: string): Promise<readonly string[]> {
    await this.#enter('logs', owner)
    return this.#one(id).log
  }

  async putArchive(
    owner: Owner,
    _id: string,
    _path: string,
    archive: Readable | Buffer,
  ): Promise<void> {
    await this.#enter('putArchive', owner)
    if (archive instanceof Readable) archive.destroy()
  }

  async getArchive(owner: Owner): Promise<Readable | undefined> {
    await this.#enter('getArchive', owner)
    return undefined
  }

  async listNetworks(owner: Owner, labels: Labels = {}): Promise<readonly NetworkSummary[]> {
    await this.#enter('listNetworks', owner)
    return [...this.networks.values()].filter((network) => hasLabels(network.labels, labels))
  }

  async createNetwork(owner: Owner, { name, subnet, labels }: NetworkSpec): Promise<string> {
    await this.#enter('createNetwork', owner)
    const id = `n${++this.#counter}`
    const range = parseSubnet(subnet)
    this.networks.set(id, { id, name, labels, subnet, subnets: range ? [range] : [] })
    await this.#leave('createNetwork', owner)
    return id
  }

  async removeNetwork(owner: Owner, id: string): Promise<void> {
    await this.#enter('removeNetwork', owner)
    this.networks.delete(id)
    await this.#leave('removeNetwork', owner)
  }

  async listVolumes(owner: Owner, labels: Labels): Promise<readonly string[]> {
    await this.#enter('listVolumes', owner)
    return [...this.volumes].filter(([, have]) => hasLabels(have, labels)).map(([name]) => name)
  }

  /** Its storage cannot limit volumes. */
  async createVolume(owner: Owner, name: string, labels: Labels, bytes?: number): Promise<void> {
    await this.#enter('createVolume', owner)
    if (bytes !== undefined) throw new SkeinError('engine_refused', { reason: 'no quota support' })
    this.volumes.set(name, labels)
    await this.#leave('createVolume', owner)
  }

  async removeVolume(owner: Owner, name: string): Promise<void> {
    await this.#enter('removeVolume', owner)
    this.volumes.delete(name)
    await this.#leave('removeVolume', owner)
  }

  async events(
    owner: Owner,
    labels: Labels,
    signal: AbortSignal,
  ): Promise<AsyncIterable<EngineEvent>> {
    await this.#enter('events', owner)
    const stream = new Readable({ objectMode: true, read() {} })
    const listener: Listener = { labels, push: (event) => stream.push(event ?? null) }
    this.#listeners.add(listener)
    const end = () => stream.destroy()
    signal.addEventListener('abort', end, { once: true })
    stream.on('close', () => this.#listeners.delete(listener))
    // A reader that closed the stream itself is not an error.
    stream.on('error', () => undefined)
    return quiet(stream)
  }

  close(): void {
    this.hangUp()
  }

  /** Ends the event streams, as an engine that restarts does. */
  hangUp(): void {
    for (const listener of this.#listeners) listener.push(undefined)
  }

  /** A container ends by itself. */
  exit(id: string, exitCode: number, more: Partial<FakeContainer> = {}): void {
    const container = this.#one(id)
    Object.assign(container, { state: 'exited', exitCode, ...more })
    this.#tell('die', container)
  }

  /** Someone removes a container behind our back. */
  vanish(id: string): void {
    const container = this.containers.get(id)
    if (container === undefined) return
    this.containers.delete(id)
    this.#tell('destroy', container)
  }

  /** The containers that Skein's spaces have, without those that hold the agent's volume. */
  spaceContainers(): FakeContainer[] {
    return [...this.containers.values()].filter(({ spec }) => 'dev.skein.space' in spec.Labels)
  }

  /** Throws when there are more or fewer than one. */
  onlyContainer(): FakeContainer {
    const [container, ...more] = this.spaceContainers()
    if (!container || more.length > 0)
      throw new Error(`${more.length + Number(!!container)} containers`)
    return container
  }

  #one(id: string): FakeContainer {
    const container = this.containers.get(id)
    if (container === undefined) throw refused(404, `no such container ${id}`)
    return container
  }

  #byName(name: string): FakeContainer | undefined {
    return [...this.containers.values()].find((container) => container.name === name)
  }

  #tell(action: string, { id, spec }: FakeContainer): void {
    for (const { labels, push } of this.#listeners) {
      if (hasLabels(spec.Labels, labels)) push({ action, containerId: id, labels: spec.Labels })
    }
  }
}

async function* quiet(stream: Readable): AsyncGenerator<EngineEvent> {
  try {
    yield* stream
  } catch {
    // Aborted: the real stream ends with the signal's reason, which nobody reads.
  }
}

export const fakeImage = (more: Partial<Image> = {}): Image => ({
  id: 'i',
  architecture: 'amd64',
  user: '',
  workingDir: '',
  environment: {},
  entrypoint: [],
  command: ['/bin/bash'],
  ...more,
})
