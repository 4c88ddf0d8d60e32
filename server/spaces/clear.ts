// Takes a space's containers and network away. Volumes stay. What is gone already counts as taken away.

import type { Owner } from './owner.ts'
import { DEFAULT_STOP_GRACE_MS } from './runtime/container-spec.ts'
import type { ContainerSummary, Engine } from './runtime/engine.ts'
import { labels, networkName } from './runtime/names.ts'

export interface Clearing {
  readonly engine: Engine
  readonly owner: Owner
  readonly cluster: string
  readonly spaceId: string
  /** The service whose programs are asked to end first. */
  readonly main: string
  /** By service, milliseconds; a container that ended already is not waited for. */
  readonly graceMs: Readonly<Record<string, number>>
  /** Told of each container that ran, after it was stopped and while its log is still there. */
  readonly onStopped?: (id: string, service: string) => Promise<void>
}

/** The main container ends first, so that its programs can still reach their database. */
export async function clearContainers(clearing: Clearing): Promise<void> {
  const { engine, owner, cluster, spaceId, main } = clearing
  const marks = { [labels.cluster]: cluster, [labels.space]: spaceId }
  const containers = await engine.listContainers(owner, marks)
  const isMain = (container: ContainerSummary) => container.labels[labels.service] === main
  await Promise.all(containers.filter(isMain).map((one) => endContainer(clearing, one)))
  const sides = containers.filter((container) => !isMain(container))
  await Promise.all(sides.map((one) => endContainer(clearing, one)))
  const networks = await engine.listNetworks(owner, marks)
  const own = networks.filter((network) => network.name === networkName(spaceId))
  await Promise.all(own.map((network) => engine.removeNetwork(owner, network.id)))
}

async function endContainer(clearing: Clearing, container: ContainerSummary): Promise<void> {
  const { engine, owner, graceMs } = clearing
  const service = container.labels[labels.service] ?? ''
  if (container.state === 'running' || container.state === 'restarting') {
    await engine.stopContainer(owner, container.id, graceOf(graceMs, service))
    await clearing.onStopped?.(container.id, service)
  }
  await engine.removeContainer(owner, container.id)
}

/** A service may be called `constructor`. */
const graceOf = (graceMs: Clearing['graceMs'], service: string): number =>
  (Object.hasOwn(graceMs, service) ? graceMs[service] : undefined) ?? DEFAULT_STOP_GRACE_MS
