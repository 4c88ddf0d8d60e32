// What agents are told of where the peers are: at their start, when they link, and when that changes.

import type { PeerId } from '#protocol/ids.ts'
import { agentAddressesOf, ownAgentAddresses } from '../cluster/published.ts'
import type { Config } from '../config/settings.ts'
import type { Links } from '../links/links.ts'
import type { Log } from '../log.ts'
import type { Records, View } from '../records/records.ts'
import { LINK_SOCKET } from '../supervisor/child-state.ts'

/** What an agent's configuration has room for (protocol/report.ts). */
const MAX_ADDRESSES = 64

export interface AgentsPlace {
  readonly config: Config
  readonly records: View
  readonly self: PeerId
  /** Where we really listen; asked when it is needed. */
  readonly port: () => number
}

/** Of this peer and of all others, for an agent that came by `route`. */
export function addressesFor(
  { config, records, self, port }: AgentsPlace,
  route: string,
): readonly string[] {
  const others = agentAddressesOf(records, self)
  return [...kept(route), ...ownAgentAddresses(config, port()), ...others]
}

/**
 * The way an agent came, where it may be of the version before: that one forgets what it was started with, and has not got
 * the folder with all peers' sockets.
 */
const kept = (route: string): readonly string[] =>
  route.startsWith('http') || route.endsWith(`/${LINK_SOCKET}`) ? [route] : []

/** What an agent is started with: its own ways here, and those to the other peers. */
export function startAddresses(
  { records, self }: AgentsPlace,
  own: readonly string[],
): readonly string[] {
  return [...new Set([...own, ...agentAddressesOf(records, self)])].slice(0, MAX_ADDRESSES)
}

/** Tells agents when a peer has come or moved, until the peer ends. */
export function keepTold(
  { records, log, ending }: Telling,
  links: Pick<Links, 'tellAddresses'>,
): void {
  const end = new AbortController()
  const { signal } = end
  const told = async () => {
    for await (const _ of records.watch('setting', { signal })) links.tellAddresses()
  }
  const telling = told().catch((err: unknown) =>
    log.error({ err }, 'agents no longer hear of new peers'),
  )
  ending.defer(async () => {
    end.abort()
    await telling
  })
}

interface Telling {
  readonly records: Pick<Records, 'watch'>
  readonly log: Log
  readonly ending: AsyncDisposableStack
}
