// What a peer does first on a host: finds this cluster's containers and volumes by their labels, takes the spaces over that
// they belong to, and names those that are not of this host. Nothing is started, stopped or removed here; the loop looks at
// every space afterwards and finds running containers running.

import type { SpaceId } from '#protocol/ids.ts'
import type { Records } from '../records/records.ts'
import type { Owner } from './owner.ts'
import type { Engine } from './runtime/engine.ts'
import { findSpaces } from './sweep.ts'
import type { Timeline } from './timeline.ts'
import { isOurs } from './whose.ts'

export interface Adopting {
  readonly engine: Engine
  readonly owner: Owner
  readonly records: Records
  readonly timeline: Timeline
  readonly cluster: string
}

export interface Adopted {
  /** The spaces of this host. */
  readonly ours: readonly SpaceId[]
  /** Spaces of which something is here and which are not of this host: gone, elsewhere, or unknown. */
  readonly others: readonly SpaceId[]
}

export async function adopt(adopting: Adopting): Promise<Adopted> {
  const { owner, records, timeline } = adopting
  const { contained, all } = await findSpaces(adopting)
  const ours = records.list('space').filter((row) => isOurs(records, row, owner.hostId))
  for (const row of ours) {
    const intentId = row.groups.desired?.intentId ?? ''
    if (contained.has(row.id) && row.groups.runtime?.state !== 'stopped') {
      timeline.note(
        { spaceId: row.id, intentId },
        'adopt',
        'A peer took it over; its containers ran on',
      )
    }
  }
  const ids = ours.map((row) => row.id)
  const own = new Set(ids)
  return { ours: ids, others: [...all].filter((id) => !own.has(id)) }
}
