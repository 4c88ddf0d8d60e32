// What Skein asks of a Docker engine, and nothing more. Everything but `describe`, which says which host this is,
// takes the host's Owner and asks it before the call: one who lost the host must not touch it.

import type { Readable } from 'node:stream'
import type { Owner } from '../owner.ts'
import type { ContainerState } from './answers.ts'
import type { ContainerSpec } from './container-spec.ts'
import type { PullProgress } from './pull.ts'
import type { RegistryLogin } from './registry-login.ts'
import type { Range } from './subnets.ts'

export interface EngineFacts {
  readonly engineId: string
  readonly name: string
  readonly version: string
  /** As Docker names it: `amd64`, `arm64`. */
  readonly architecture: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly liveRestore: boolean
}

export interface Image {
  readonly id: string
  readonly architecture: string
  readonly user: string
  readonly workingDir: string
  readonly environment: Readonly<Record<string, string>>
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
}

export interface ContainerSummary {
  readonly id: string
  readonly name: string
  readonly state: ContainerState
  readonly labels: Readonly<Record<string, string>>
}

export interface ContainerDetail {
  readonly id: string
  readonly state: ContainerState
  readonly labels: Readonly<Record<string, string>>
  readonly createdAtMs: number
  readonly exitCode: number
  readonly outOfMemory: boolean
  readonly error: string
  /** `starting`, `healthy`, `unhealthy`, or `none` without a health check. */
  readonly health: string
  readonly mounts: readonly Mounted[]
  /** As the engine writes it; another one for each start. */
  readonly startedAt: string
  /** By the network's name. */
  readonly endpoints: Readonly<Record<string, Endpoint>>
}

/** A container's place in a network, IPv4; empty texts while it does not run. */
export interface Endpoint {
  /** Made anew whenever the container is connected or started. */
  readonly id: string
  readonly address: string
  /** The engine's machine in that network. */
  readonly gateway: string
}

/** A folder or volume in a container. */
export interface Mounted {
  /** Where the engine's machine has it. */
  readonly source: string
  /** Where the container has it. */
  readonly target: string
}

export interface NetworkSummary {
  readonly id: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly subnets: readonly Range[]
  /** The first subnet as it is written, e.g. `10.213.0.0/28`. */
  readonly subnet: string
}

export interface EngineEvent {
  /** e.g. `die`, `destroy`, `oom`, `start`. */
  readonly action: string
  readonly containerId: string
  readonly labels: Readonly<Record<string, string>>
}

export interface NetworkSpec {
  readonly name: string
  readonly subnet: string
  readonly labels: Readonly<Record<string, string>>
}

export interface PullOptions {
  readonly onProgress: (progress: PullProgress) => void
  readonly signal?: AbortSignal
  /** At the image's registry. */
  readonly login?: RegistryLogin | undefined
}

/**
 * Every call rejects with `engine_unreachable` when the engine does not answer in its time, and with
 * `engine_refused` when it answers no. What is gone already counts as removed, what exists as created.
 */
export interface Engine {
  describe(signal?: AbortSignal): Promise<EngineFacts>

  image(owner: Owner, name: string): Promise<Image | undefined>
  /** The names of all images that have one, with their tags. */
  imageNames(owner: Owner): Promise<readonly string[]>
  /** Rejects with `image_missing` when no registry gives it. */
  pull(owner: Owner, name: string, options: PullOptions): Promise<void>
  /** Makes an image of what the tar archive holds. */
  importImage(owner: Owner, name: string, archive: Buffer): Promise<void>

  /** Rejects with `engine_refused` (409) when the name is in use. Answers the container's id. */
  createContainer(owner: Owner, name: string, spec: ContainerSpec): Promise<string>
  startContainer(owner: Owner, id: string): Promise<void>
  /** SIGTERM, then SIGKILL after the grace. */
  stopContainer(owner: Owner, id: string, graceMs: number): Promise<void>
  killContainer(owner: Owner, id: string): Promise<void>
  removeContainer(owner: Owner, id: string): Promise<void>
  renameContainer(owner: Owner, id: string, name: string): Promise<void>
  inspectContainer(owner: Owner, idOrName: string): Promise<ContainerDetail | undefined>
  listContainers(
    owner: Owner,
    labels: Readonly<Record<string, string>>,
  ): Promise<readonly ContainerSummary[]>
  /** The last lines of both outputs. */
  logs(owner: Owner, id: string, lines: number): Promise<readonly string[]>
  /** Unpacks a tar archive at `path`; owners and modes are the archive's. Works before the first start. */
  putArchive(
    owner: Owner,
    id: string,
    path: string,
    archive: Readable | Buffer,
    timeoutMs?: number,
  ): Promise<void>
  /** A tar archive of one file or folder, or undefined when it is not there. */
  getArchive(owner: Owner, id: string, path: string): Promise<Readable | undefined>

  /** Without labels, all of the engine. */
  listNetworks(
    owner: Owner,
    labels?: Readonly<Record<string, string>>,
  ): Promise<readonly NetworkSummary[]>
  createNetwork(owner: Owner, spec: NetworkSpec): Promise<string>
  removeNetwork(owner: Owner, idOrName: string): Promise<void>

  /** Answers the volume names that carry the labels. */
  listVolumes(owner: Owner, labels: Readonly<Record<string, string>>): Promise<readonly string[]>
  /** With `bytes`, one that holds no more; rejects with `engine_refused` where its storage cannot limit volumes. */
  createVolume(
    owner: Owner,
    name: string,
    labels: Readonly<Record<string, string>>,
    bytes?: number,
  ): Promise<void>
  removeVolume(owner: Owner, name: string): Promise<void>

  /** Containers' events from now on. Resolves when the engine has begun to send them. */
  events(
    owner: Owner,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<AsyncIterable<EngineEvent>>

  close(): void
}
