// What keeps a wish from being carried out: no host for the space yet, an engine that does not answer, or nobody who drives
// its host. It is a state that people see, with who must act and since when, and never a request that hangs. Pure.

import type { Waiting } from '#protocol/api/spaces.ts'
import type { Live } from '../live/live.ts'
import type { Row, View } from '../records/records.ts'
import { nameOfHost } from './whose.ts'

export interface WaitingSources {
  readonly records: View
  readonly live: Pick<Live, 'get'>
  readonly presence: { lostAt(hostId: string): number }
}

const wishes = { running: 'start', stopped: 'stop', deleted: 'delete' } as const
const iso = (ms: number): string => new Date(ms).toISOString()

/** Undefined where somebody drives the space's host and reaches its engine. */
export function waitingOf(sources: WaitingSources, row: Row<'space'>): Waiting | undefined {
  const { desired, runtime, placement, identity } = row.groups
  const isDone = desired !== undefined && runtime?.generation === desired.generation
  const wish = desired && !isDone ? { wish: wishes[desired.state] } : {}
  if (placement === undefined) {
    const since = iso(desired?.at ?? identity?.createdAt ?? 0)
    return { for: 'placement', since, reason: 'No host can take it now.', ...wish }
  }
  const host = sources.records.get('host', placement.hostId)
  const now = sources.live.get('host', placement.hostId)
  if (now?.state === 'ready') return undefined
  const name = host ? nameOfHost(host) : placement.hostId
  const driver = host?.groups.driver
  const common = {
    host: { id: placement.hostId, name },
    ...(driver && { peer: { id: driver.peerId, name: driver.name } }),
    ...wish,
  }
  if (now !== undefined) {
    const since = iso(now.since ?? sources.presence.lostAt(placement.hostId))
    const reason = `${name}: ${now.reason ?? 'The Docker engine does not answer.'}`
    return { for: 'engine', since, reason, ...common }
  }
  const since = iso(sources.presence.lostAt(placement.hostId))
  return { for: 'driver', since, reason: whyUndriven(sources, name, driver), ...common }
}

function whyUndriven(
  { live }: WaitingSources,
  host: string,
  driver: { readonly peerId: string; readonly name: string } | undefined,
): string {
  if (driver === undefined) return `No peer drives ${host}.`
  const state = live.get('peer', driver.peerId)?.state
  const is = state === undefined || state === 'alive' ? 'does not drive it' : `is ${state}`
  return `No peer drives ${host}: ${driver.name}, which did last, ${is}.`
}
