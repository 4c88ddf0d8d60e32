// Which spaces a peer may act on: those of its own engines' hosts. A space that has no host yet waits until it is placed.

import type { HostId } from '#protocol/ids.ts'
import type { Row, View } from '../records/records.ts'

export function isOurs(view: View, row: Row<'space'>, hostId: HostId): boolean {
  const placed = row.groups.placement?.hostId
  return placed !== undefined && isSameHost(view, placed, hostId)
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

/** As people call it: its name in the configuration, else what the engine calls itself. */
export function nameOfHost({ id, groups: { config, info } }: Row<'host'>): string {
  return config?.name ?? info?.name ?? id
}
