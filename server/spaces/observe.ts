// What is there of a space right now: its containers and network from the engine, its agent and script from Live,
// whichever peer the agent is linked to.

import type { SpaceId } from '#protocol/ids.ts'
import type { Live } from '../live/live.ts'
import type { Observed, ObservedContainer } from './machine.ts'
import type { Owner } from './owner.ts'
import type { ContainerSummary, Engine } from './runtime/engine.ts'
import { labels } from './runtime/names.ts'

export interface Observing {
  readonly engine: Engine
  readonly live: Live
  readonly owner: Owner
  readonly cluster: string
  readonly spaceId: SpaceId
  /** Of its current start: what an agent of an earlier one said is not true of this. */
  readonly epoch: number
  /** Which service is the main one, by the template that the containers were made from. */
  readonly main: string
}

export async function observe(observing: Observing): Promise<Observed> {
  const { engine, live, owner, cluster, spaceId, epoch } = observing
  const marks = { [labels.cluster]: cluster, [labels.space]: spaceId }
  const [containers, networks] = await Promise.all([
    engine.listContainers(owner, marks),
    engine.listNetworks(owner, marks),
  ])
  const startup = live.getOf('startup', spaceId, epoch)
  return {
    containers: await Promise.all(containers.map((container) => look(observing, container))),
    network: networks.length > 0,
    agentLinked: live.getOf('agent', spaceId, epoch) !== undefined,
    ...(startup && { startup }),
  }
}

/**
 * The list only says which containers there are: dockerd tells of an end before its list knows of it, while an
 * inspection waits for the container's lock.
 */
async function look(
  { engine, owner, main }: Observing,
  { id, labels: marks }: ContainerSummary,
): Promise<ObservedContainer> {
  const service = marks[labels.service] ?? ''
  const seen = { id, service, main: service === main, epoch: Number(marks[labels.epoch]) }
  const detail = await engine.inspectContainer(owner, id)
  if (detail === undefined) return { ...seen, state: 'removing' }
  const { state, exitCode, outOfMemory, error } = detail
  // What is half removed (`dead`, `removing`) has no exit status worth telling.
  if (state !== 'exited') return { ...seen, state }
  return { ...seen, state, exit: { status: exitCode, outOfMemory, error } }
}
