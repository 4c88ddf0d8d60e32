// What a peer does first on a host: finds this cluster's containers by their labels, takes the spaces over that they
// belong to, and names those that belong to nobody. Nothing is started, stopped or removed here; the loop looks at
// every space afterwards and finds running containers running.

import type { SpaceId } from '#protocol/ids.ts'
import type { Records } from '../records/records.ts'
import type { Log } from '../store/log.ts'
import type { Owner } from './owner.ts'
import type { Engine } from './runtime/engine.ts'
import { labels } from './runtime/names.ts'
import type { Timeline } from './timeline.ts'
import { isOurs } from './whose.ts'

export interface Adopting {
  readonly engine: Engine
  readonly owner: Owner
  readonly records: Records
  readonly timeline: Timeline
  readonly cluster: string
  readonly log: Log
}

/** Answers the spaces of this host. */
export async function adopt(adopting: Adopting): Promise<readonly SpaceId[]> {
  const { engine, owner, records, timeline, cluster, log } = adopting
  const containers = await engine.listContainers(owner, { [labels.cluster]: cluster })
  const found = new Set(containers.flatMap(({ labels: marks }) => marks[labels.space] ?? []))
  const ours = records.list('space').filter((row) => isOurs(records, row, owner.hostId))
  for (const row of ours) {
    const intentId = row.groups.desired?.intentId ?? ''
    if (found.delete(row.id) && row.groups.runtime?.state !== 'stopped') {
      timeline.note(
        { spaceId: row.id, intentId },
        'adopt',
        'A peer took it over; its containers ran on',
      )
    }
  }
  if (found.size > 0) {
    log.warn({ spaces: [...found] }, 'Containers of spaces that nobody knows are left alone.')
  }
  return ours.map((row) => row.id)
}
