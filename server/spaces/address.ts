// Where a space's main container is in its own network, in the words of the engine alone: nothing that an agent says is
// asked, since a space's user can be the agent. Pure.

import type { SpaceId } from '#protocol/ids.ts'
import type { ContainerDetail } from './runtime/engine.ts'
import { labels, networkName } from './runtime/names.ts'

export interface SpaceAddress {
  /** IPv4. */
  readonly address: string
  /** The engine's machine in the space's network: whoever cannot dial from there is not on that machine. */
  readonly gateway: string
  /** Two looks that see the same hold have seen one container that had the address all the time between them. */
  readonly hold: string
}

/** Undefined where the container does not run, is of another start, or has no network. */
export function addressIn(
  { id, state, startedAt, labels: marks, endpoints }: ContainerDetail,
  of: { readonly cluster: string; readonly spaceId: SpaceId; readonly epoch: number },
): SpaceAddress | undefined {
  const isOurs = marks[labels.cluster] === of.cluster && marks[labels.space] === of.spaceId
  if (!isOurs || marks[labels.epoch] !== String(of.epoch) || state !== 'running') return undefined
  const endpoint = endpoints[networkName(of.spaceId)]
  if (!endpoint || startedAt === '') return undefined
  const { id: endpointId, address, gateway } = endpoint
  if (endpointId === '' || address === '' || gateway === '') return undefined
  return { address, gateway, hold: [id, startedAt, endpointId, address].join(' ') }
}
