// Docker engines as an administrator sees them: what is recorded of each, and whether it answers now.

import type { Host } from '#protocol/api/hosts.ts'
import type { Row } from '../records/records.ts'
import type { Door } from './ports.ts'
import { ok } from './reply.ts'
import { route } from './route.ts'

export const hostRoutes = [
  route({
    method: 'GET',
    path: '/hosts',
    action: 'host.list',
    handle: (door) => ok({ hosts: door.records.list('host').map((row) => showHost(door, row)) }),
  }),
]

function showHost({ records, live }: Door, { id, groups: { info } }: Row<'host'>): Host {
  const now = live.get('host', id)
  const reason = now ? now.reason : 'no peer drives it now'
  return {
    id,
    name: info?.name ?? id,
    state: now?.state ?? 'unreachable',
    ...(reason !== undefined && { reason }),
    ...(info && {
      engineVersion: info.engineVersion,
      architecture: info.architecture,
      cpus: info.cpus,
      memoryBytes: info.memoryBytes,
    }),
    spaces: records.list('space', { hostId: id }).length,
    advice: now?.advice ?? [],
  }
}
