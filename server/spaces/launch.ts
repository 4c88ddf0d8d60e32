// Brings a space's containers up: images, network, volumes, side containers, main container. Every part asks first
// what is there, so a launch that was cut off is continued by launching again; only containers of this epoch count.

import { SkeinError } from '#protocol/errors.ts'
import { Mask } from '#protocol/mask.ts'
import type { Clock } from '../clock.ts'
import type { RenderedContainer, RenderedSpace, RenderedVolumeSpec } from '../templates/rendered.ts'
import { agentConfig } from './agent-config.ts'
import { checkArchitecture, type Images } from './images.ts'
import type { Networks } from './network.ts'
import type { Owner } from './owner.ts'
import type { AgentVolume } from './runtime/agent-volume.ts'
import { refusedStatus } from './runtime/client.ts'
import {
  type ContainerSpec,
  type Identity,
  mainOf,
  mainSpec,
  nameOf,
  ownCommand,
  sideSpec,
} from './runtime/container-spec.ts'
import type { Engine, Image } from './runtime/engine.ts'
import { labels } from './runtime/names.ts'
import { pathOnEngine } from './runtime/own-container.ts'
import { gatewayOf } from './runtime/subnets.ts'
import { withheldOf } from './runtime/withheld.ts'
import { waitForDependency } from './sides.ts'
import type { OpenStep } from './timeline.ts'
import { ensureVolumes, ownVolumes } from './volumes.ts'

/** What a space's agent and programs are told of the peer that starts them. */
export interface Surroundings {
  /** Where agents find this peer; `gateway` is the host's address in the space's own network. */
  readonly addresses: (gateway: string) => readonly string[]
  readonly agentKey: (identity: {
    spaceId: string
    epoch: number
  }) => Promise<Uint8Array | undefined>
  /** What the space's SSH host key is made from: 32 bytes that never change. */
  readonly hostKeySeed: (spaceId: string) => Uint8Array
  /** The folder with the peer's unix socket, as this peer names it. */
  readonly socketFolder?: string
  /** What every program in every space is told by its environment, unless its template says otherwise. */
  readonly common?: Readonly<Record<string, string>>
}

export interface LauncherOptions extends Surroundings {
  readonly engine: Engine
  readonly images: Images
  readonly networks: Networks
  readonly agentVolume: AgentVolume
  readonly clock: Clock
  readonly cluster: string
}

export interface Launch {
  readonly identity: Identity
  readonly spaceName: string
  readonly rendered: RenderedSpace
  /** As Docker names it. */
  readonly architecture: string
  /** Whether a container of this space has ever run, which gave its volumes their owner. */
  readonly everRan: boolean
  readonly step: (name: string, text: string) => OpenStep
  /** Told before the long parts, to be recorded. */
  readonly stage: (state: 'pulling' | 'starting', reason: string) => Promise<void>
  /** Ends waiting, when something else is wanted. */
  readonly signal: AbortSignal
}

export interface Launched {
  /** Container ids by service, the main one first. */
  readonly containers: Readonly<Record<string, string>>
  readonly subnet: string
}

type FoundImages = ReadonlyMap<string, Image>

export class Launcher {
  readonly #options: LauncherOptions

  constructor(options: LauncherOptions) {
    this.#options = options
  }

  async launch(owner: Owner, launch: Launch): Promise<Launched> {
    const { spaceId } = launch.identity
    const { engine, networks, agentVolume } = this.#options
    const images = await this.#images(owner, launch)
    await launch.stage('starting', 'Its containers are being made.')
    const [subnet, fresh] = await Promise.all([
      during(launch, 'network', 'Make its network', () => networks.ensure(owner, spaceId)),
      during(launch, 'volume', 'Make its volumes', () => this.#volumes(owner, launch)),
      agentVolume.ensure(owner),
    ])
    const { ids, owned } = await this.#sides(owner, launch, images, fresh)
    const container = mainOf(launch.rendered)
    const image = imageOf(images, container)
    const id = await during(launch, 'container', 'Make its main container', async () => {
      const spec = await this.#mainSpec(owner, launch, container, image, subnet)
      const made = await this.#create(owner, launch.identity, container, spec)
      const left = fresh.filter(({ name }) => !owned.has(name))
      await ownVolumes(engine, owner, { id: made, container, image, isMain: true }, left)
      return made
    })
    await this.#dependencies(owner, launch, container, ids)
    await during(launch, 'start', 'Start its main container', () =>
      engine.startContainer(owner, id),
    )
    return { containers: { [container.service]: id, ...ids }, subnet }
  }

  async #images(owner: Owner, launch: Launch): Promise<FoundImages> {
    const names = [...new Set(launch.rendered.containers.map((container) => container.image))]
    const found = await Promise.all(
      names.map(async (name) => {
        const image = await this.#options.images.find(owner, name)
        return [name, image ?? (await this.#pull(owner, launch, name))] as const
      }),
    )
    for (const [name, image] of found) checkArchitecture(name, image, launch.architecture)
    return new Map(found)
  }

  async #pull(owner: Owner, launch: Launch, name: string): Promise<Image> {
    const shown = new Mask(launch.rendered.secrets).text(name)
    await launch.stage('pulling', `The image ${shown} is being pulled.`)
    return during(launch, 'pull', `Pull the image ${name}`, (step) =>
      this.#options.images.pull(
        owner,
        name,
        ({ doneBytes, totalBytes }) => step.progress(doneBytes, totalBytes, 'bytes'),
        launch.signal,
      ),
    )
  }

  /** Answers those that nobody has written to yet. */
  async #volumes(owner: Owner, launch: Launch): Promise<readonly RenderedVolumeSpec[]> {
    const { rendered, identity, everRan } = launch
    const { spaceId } = identity
    const made = await ensureVolumes(this.#options, owner, spaceId, rendered.volumes)
    for (const name of made.unlimited) {
      const text = `The host’s storage cannot limit the size of the volume ${name}`
      launch.step('volume', text).end({ state: 'note' })
    }
    return everRan ? made.missing : rendered.volumes
  }

  /** Starts the side containers in their order; answers their ids by service, and the volumes that have an owner now. */
  async #sides(
    owner: Owner,
    launch: Launch,
    images: FoundImages,
    fresh: readonly RenderedVolumeSpec[],
  ): Promise<{ ids: Record<string, string>; owned: ReadonlySet<string> }> {
    const { engine } = this.#options
    // A service may be called `constructor`.
    const ids: Record<string, string> = Object.create(null)
    const owned = new Set<string>()
    for (const container of launch.rendered.containers) {
      if (container.service === launch.rendered.main) continue
      ids[container.service] = await during(
        launch,
        'side',
        `Start the container ${container.service}`,
        async () => {
          const spec = sideSpec(container, launch.identity)
          const id = await this.#create(owner, launch.identity, container, spec)
          const made = { id, container, image: imageOf(images, container), isMain: false }
          const left = fresh.filter(({ name }) => !owned.has(name))
          for (const name of await ownVolumes(engine, owner, made, left)) owned.add(name)
          await this.#dependencies(owner, launch, container, ids)
          await engine.startContainer(owner, id)
          return id
        },
      )
    }
    return { ids, owned }
  }

  async #dependencies(
    owner: Owner,
    launch: Launch,
    container: RenderedContainer,
    ids: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { engine, clock } = this.#options
    for (const { service, condition } of container.dependsOn) {
      const id = ids[service]
      if (id === undefined || condition === 'service_started') continue
      const text = condition === 'service_healthy' ? 'be healthy' : 'finish'
      await during(launch, 'wait', `Wait for ${service} to ${text}`, () =>
        waitForDependency({ engine, clock, owner, id, service, condition, signal: launch.signal }),
      )
    }
  }

  async #mainSpec(
    owner: Owner,
    launch: Launch,
    container: RenderedContainer,
    image: Image,
    subnet: string,
  ): Promise<ContainerSpec> {
    const { engine, agentVolume, agentKey, hostKeySeed, addresses, socketFolder } = this.#options
    const { spaceId, epoch } = launch.identity
    const key = await agentKey({ spaceId, epoch })
    if (key === undefined) throw new Error(`The space ${spaceId} has no key for epoch ${epoch}.`)
    const withheld = withheldOf(image.environment, container.environment)
    const config = agentConfig(launch.rendered, {
      spaceId,
      spaceName: launch.spaceName,
      epoch,
      key,
      hostKeySeed: hostKeySeed(spaceId),
      addresses: addresses(gatewayOf(subnet) ?? ''),
      command: ownCommand(container, image),
      withheld,
      common: this.#options.common ?? {},
    })
    return mainSpec(container, launch.identity, {
      version: agentVolume.version,
      architecture: launch.architecture,
      config,
      withheld,
      ...(socketFolder !== undefined && {
        socketFolder: await pathOnEngine(engine, owner, socketFolder),
      }),
    })
  }

  /** Creates the container, or takes the one of the same epoch that a launch before us made. */
  async #create(
    owner: Owner,
    identity: Identity,
    container: RenderedContainer,
    spec: ContainerSpec,
  ): Promise<string> {
    const { engine, cluster } = this.#options
    const name = nameOf(identity, container)
    try {
      return await engine.createContainer(owner, name, spec)
    } catch (caught) {
      if (refusedStatus(caught) !== 409) throw caught
    }
    const there = await engine.inspectContainer(owner, name)
    if (there !== undefined) {
      if (there.labels[labels.cluster] !== cluster) {
        throw new SkeinError('engine_refused', {
          reason: `the name ${name} belongs to someone else`,
        })
      }
      if (there.labels[labels.epoch] === String(identity.epoch)) return there.id
      await engine.removeContainer(owner, there.id)
    }
    return engine.createContainer(owner, name, spec)
  }
}

function imageOf(images: FoundImages, container: RenderedContainer): Image {
  const image = images.get(container.image)
  if (image === undefined) throw new Error(`The image ${container.image} was not looked for.`)
  return image
}

/** Runs `work` as a step of the timeline. */
async function during<T>(
  launch: Launch,
  name: string,
  text: string,
  work: (step: OpenStep) => Promise<T>,
): Promise<T> {
  const mask = new Mask(launch.rendered.secrets)
  const shown = mask.text(text)
  const step = launch.step(name, shown)
  try {
    const result = await work(step)
    step.end({ state: 'done' })
    return result
  } catch (caught) {
    if (launch.signal.aborted) step.end({ state: 'note', text: `${shown} (no longer wanted)` })
    else {
      const error = caught instanceof SkeinError && { error: mask.error(caught.body) }
      step.end({ state: 'failed', ...error })
    }
    throw caught
  }
}
