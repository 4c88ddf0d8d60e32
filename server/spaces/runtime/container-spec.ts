// From a rendered container to what Docker is asked to create. Pure, so that what a space's containers may and may
// not do can be read off one table of tests.

import { AGENT_FLAGS } from '#protocol/heap.ts'
import type { Device } from '../../templates/reach.ts'
import type { RenderedContainer, RenderedSpace } from '../../templates/rendered.ts'
import type { Image } from './engine.ts'
import { agentVolumeName, containerName, labels, networkName, volumeName } from './names.ts'
import { envWithout } from './withheld.ts'

/** Where the agent's packed folder is mounted in the main container. */
export const AGENT_FOLDER = '/.skein'
/** Where the folder with the peer's unix socket is mounted. */
export const RUN_FOLDER = '/.skein-run'
/** A container's log on the host: 3 files of 10 MB; what is older is dropped. */
const LOG_CONFIG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } }
/** Processes and threads of one container when its template says nothing: a fork bomb's end. */
export const DEFAULT_PIDS = 4096
/** How often Docker starts a failing side container again; the main container is never started by Docker. */
const SIDE_RESTARTS = 5
export const DEFAULT_STOP_GRACE_MS = 10_000

/** Docker's names of architectures, and glibc's of their loaders. */
const loaders: Readonly<Record<string, string>> = {
  amd64: 'ld-linux-x86-64.so.2',
  arm64: 'ld-linux-aarch64.so.1',
}

export interface Identity {
  readonly cluster: string
  readonly spaceId: string
  readonly epoch: number
  readonly generation: number
  readonly versionId: string
}

export interface AgentMount {
  /** Of the packed folder. */
  readonly version: string
  /** Of the host, in Docker's words. */
  readonly architecture: string
  /** SKEIN_AGENT's value. */
  readonly config: string
  /** Variables that only the agent's children are given; see withheld.ts. */
  readonly withheld: Readonly<Record<string, string>>
  /** The folder with the peer's socket, as the engine's machine names it. */
  readonly socketFolder?: string
}

interface Mount {
  readonly Type: 'volume' | 'bind'
  readonly Source: string
  readonly Target: string
  readonly ReadOnly: boolean
}

export interface ContainerSpec {
  readonly Image: string
  readonly Hostname?: string
  readonly User?: string
  readonly WorkingDir?: string
  readonly Env: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck?: Readonly<Record<string, unknown>>
  readonly StopSignal?: string
  readonly HostConfig: Readonly<Record<string, unknown>>
  readonly NetworkingConfig?: Readonly<Record<string, unknown>>
}

export function spaceLabels(identity: Identity): Record<string, string> {
  return {
    [labels.cluster]: identity.cluster,
    [labels.space]: identity.spaceId,
    [labels.epoch]: String(identity.epoch),
    [labels.generation]: String(identity.generation),
    [labels.version]: identity.versionId,
  }
}

/** A side container: the template's own words, on the space's network, found by its service's name. */
export function sideSpec(container: RenderedContainer, identity: Identity): ContainerSpec {
  const host = hostConfig(container, identity)
  return {
    ...common(container, identity),
    ...optional('Entrypoint', container.entrypoint),
    ...optional('Cmd', container.command),
    ...optional('StopSignal', container.stopSignal),
    Env: environment(container.environment),
    HostConfig: {
      ...host,
      Init: container.init,
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: SIDE_RESTARTS },
    },
  }
}

/**
 * The main container. Docker's init is process 1, since Node cannot reap orphans; the agent is its only child and
 * runs the image's own command. glibc's loader is called by its path, so that the image needs no libc.
 */
export function mainSpec(
  container: RenderedContainer,
  identity: Identity,
  agent: AgentMount,
): ContainerSpec {
  const host = hostConfig(container, identity)
  const loader = loaders[agent.architecture] ?? 'ld.so'
  const plain = common(container, identity)
  return {
    ...plain,
    Labels: { ...plain.Labels, [labels.agent]: agent.version },
    Entrypoint: [
      `${AGENT_FOLDER}/lib/${loader}`,
      '--library-path',
      `${AGENT_FOLDER}/lib`,
      `${AGENT_FOLDER}/node`,
      ...AGENT_FLAGS,
      `${AGENT_FOLDER}/agent.mjs`,
    ],
    Cmd: [],
    Env: [
      ...envWithout(agent.withheld, { LANG: 'C.UTF-8', ...container.environment }),
      `SKEIN_AGENT=${agent.config}`,
    ],
    StopSignal: 'SIGTERM',
    HostConfig: {
      ...host,
      Init: true,
      RestartPolicy: { Name: 'no' },
      Mounts: [...host.Mounts, ...agentMounts(agent)],
    },
  }
}

function agentMounts(agent: AgentMount): Mount[] {
  const Source = agentVolumeName(agent.version)
  const folder: Mount = { Type: 'volume', Source, Target: AGENT_FOLDER, ReadOnly: true }
  if (agent.socketFolder === undefined) return [folder]
  return [folder, { Type: 'bind', Source: agent.socketFolder, Target: RUN_FOLDER, ReadOnly: true }]
}

function common(container: RenderedContainer, identity: Identity) {
  return {
    Image: container.image,
    // A container that shares the host's name cannot have one of its own.
    ...optional('Hostname', ownsName(container) ? container.hostname : undefined),
    ...optional('User', container.user),
    ...optional('WorkingDir', container.workingDir),
    ...optional('Healthcheck', healthcheck(container)),
    Labels: {
      ...container.labels,
      ...spaceLabels(identity),
      [labels.service]: container.service,
    },
    ...(!isOnHost(container) && {
      NetworkingConfig: {
        EndpointsConfig: { [networkName(identity.spaceId)]: { Aliases: [container.service] } },
      },
    }),
  }
}

const ownsName = (container: RenderedContainer): boolean =>
  !isOnHost(container) && !container.reach.namespaces.includes('uts')

function hostConfig(container: RenderedContainer, identity: Identity) {
  const volumes = container.volumes.map(
    (volume): Mount => ({
      Type: 'volume',
      Source: volumeName(identity.spaceId, volume.name),
      Target: volume.target,
      ReadOnly: volume.readOnly,
    }),
  )
  const folders = container.paths.map(
    ({ source, target, readOnly }): Mount => ({
      ...{ Type: 'bind', Source: source, Target: target, ReadOnly: readOnly },
    }),
  )
  const mounts = [...volumes, ...folders]
  return {
    NetworkMode: isOnHost(container) ? 'host' : networkName(identity.spaceId),
    LogConfig: LOG_CONFIG,
    Mounts: mounts,
    PidsLimit: container.pids ?? DEFAULT_PIDS,
    ReadonlyRootfs: container.readOnly,
    ExtraHosts: container.extraHosts,
    Tmpfs: Object.fromEntries(
      container.tmpfs.map(({ target, sizeBytes }) => [
        target,
        sizeBytes === undefined ? '' : `size=${sizeBytes}`,
      ]),
    ),
    ...limits(container),
    ...reaching(container),
  }
}

const isOnHost = ({ reach }: RenderedContainer): boolean => reach.namespaces.includes('network')

const namespaceKeys = {
  ...{
    pid: 'PidMode',
    ipc: 'IpcMode',
    uts: 'UTSMode',
    users: 'UsernsMode',
    cgroup: 'CgroupnsMode',
  },
} as const

/** What the template's version was allowed beyond its space; nothing of it is said where it is not asked for. */
function reaching({ reach, dropped }: RenderedContainer): Record<string, unknown> {
  const modes = reach.namespaces.flatMap((one) =>
    one === 'network' ? [] : [[namespaceKeys[one], 'host']],
  )
  return {
    ...(reach.privileged && { Privileged: true }),
    ...(reach.capabilities.length > 0 && { CapAdd: reach.capabilities }),
    ...(dropped.length > 0 && { CapDrop: dropped }),
    ...(reach.security.length > 0 && { SecurityOpt: reach.security }),
    ...(reach.devices.length > 0 && { Devices: reach.devices.map(deviceOf) }),
    ...Object.fromEntries(modes),
  }
}

const deviceOf = ({ onHost, inContainer, permissions }: Device) => ({
  PathOnHost: onHost,
  PathInContainer: inContainer,
  CgroupPermissions: permissions,
})

function limits(container: RenderedContainer) {
  return {
    ...(container.cpus === undefined ? {} : { NanoCpus: Math.round(container.cpus * 1e9) }),
    // Swap equal to memory means none: a space that is over its limit shall not slow the host's disk down.
    ...(container.memoryBytes === undefined
      ? {}
      : { Memory: container.memoryBytes, MemorySwap: container.memoryBytes }),
    ...optional('ShmSize', container.shmBytes),
  }
}

function healthcheck({ healthcheck: check }: RenderedContainer) {
  if (check === undefined) return undefined
  const nanoseconds = (ms: number | undefined) => (ms === undefined ? undefined : ms * 1e6)
  return {
    Test: check.test,
    ...optional('Interval', nanoseconds(check.intervalMs)),
    ...optional('Timeout', nanoseconds(check.timeoutMs)),
    ...optional('StartPeriod', nanoseconds(check.startPeriodMs)),
    ...optional('Retries', check.retries),
  }
}

const environment = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`)

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V })
}

/** Programs that wait for a person at a terminal, which a container's main process has not. */
const interactive = /(^|\/)(sh|ash|dash|bash|zsh|fish|python[\d.]*|node|irb|psql|jshell|iex|ghci)$/

/**
 * What the agent runs beside the terminals: the template's command, else the image's own, unless that is only a
 * shell or another prompt, which would end at once.
 */
export function ownCommand(container: RenderedContainer, image: Image): readonly string[] {
  if (container.command !== undefined) {
    return [...(container.entrypoint ?? image.entrypoint), ...container.command]
  }
  if (container.entrypoint !== undefined) return container.entrypoint
  const [first, ...rest] = image.command
  const prompt = first === undefined || (rest.length === 0 && interactive.test(first))
  if (prompt && (image.command.length > 0 || image.entrypoint.length === 0)) return []
  const command = [...image.entrypoint, ...image.command]
  return command.length === 1 && interactive.test(command[0] ?? '') ? [] : command
}

/** The container that carries the agent. A rendered space has it always. */
export function mainOf(space: RenderedSpace): RenderedContainer {
  const main = space.containers.find((container) => container.service === space.main)
  if (main === undefined) throw new Error(`The rendered space has no service ${space.main}.`)
  return main
}

export const nameOf = (identity: Identity, container: RenderedContainer): string =>
  containerName(identity.spaceId, container.service)
