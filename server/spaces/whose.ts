// Which spaces a peer may act on: those of its own engine's host. A space that has no host yet belongs to the peer where it
// was made, which says where it goes; all others wait for that.

import type { HostId } from '#protocol/ids.ts'
import type { Dot, Row, View } from '../records/records.ts'

export interface Whose {
  readonly hostId: HostId
  /** Whether this peer's database made it. */
  readonly isOwn: (birth: Dot) => boolean
}

export function isOurs(view: View, row: Row<'space'>, { hostId, isOwn }: Whose): boolean {
  const placed = row.groups.placement?.hostId
  return placed === undefined ? isOwn(row.birth) : isSameHost(view, placed, hostId)
}

/** Two peers that saw an engine for the first time while they were apart have each made a host of it. */
export function isSameHost(view: View, a: HostId, b: HostId): boolean {
  if (a === b) return true
  const engineId = view.get('host', a)?.groups.info?.engineId
  return engineId !== undefined && engineId === view.get('host', b)?.groups.info?.engineId
}

/** The host of an engine: the first that was made of it, on every peer the same. */
export function hostOf(view: View, engineId: string): Row<'host'> | undefined {
  const hosts = view.list('host').filter((row) => row.groups.info?.engineId === engineId)
  return hosts.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0]
}
