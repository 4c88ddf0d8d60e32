// Docker engines as an administrator sees them: what is recorded of each, and whether it answers now.

import { z } from 'zod'
import type { Host } from '#protocol/api/hosts.ts'
import { createSpaceSchema } from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { TemplateId } from '#protocol/ids.ts'
import type { Row } from '../records/records.ts'
import { nameOfHost } from '../spaces/whose.ts'
import { checked } from './body.ts'
import type { Door } from './ports.ts'
import { ok } from './reply.ts'
import { route } from './route.ts'

export const hostRoutes = [
  route('GET /hosts', {
    action: 'host.list',
    handle: (door) => ok({ hosts: door.records.list('host').map((row) => showHost(door, row)) }),
  }),
  route('GET /placement', {
    action: 'space.create',
    handle: ({ spaces }, { query }) => {
      const { templateId, parameters } = checked(previewSchema, {
        templateId: query.templateId,
        parameters: parametersOf(query.parameters),
      })
      return ok(spaces.preview(templateId as TemplateId, parameters))
    },
  }),
]

const previewSchema = z.object({
  templateId: z.uuid(),
  parameters: createSpaceSchema.shape.parameters,
})

/** Parameters as JSON. Throws `bad_request`. */
function parametersOf(text: string | undefined): unknown {
  if (text === undefined) return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new SkeinError('bad_request', { field: 'parameters', reason: 'parameters: not JSON' })
  }
}

function showHost({ records, live }: Door, row: Row<'host'>): Host {
  const { id, groups } = row
  const { info, config, driver } = groups
  const now = live.get('host', id)
  const reason = now ? now.reason : 'no peer drives it now'
  return {
    id,
    name: nameOfHost(row),
    labels: config?.labels ?? {},
    ...(config?.zone !== undefined && { zone: config.zone }),
    ...(config?.maxSpaces !== undefined && { maxSpaces: config.maxSpaces }),
    ...(config?.maxMemoryBytes !== undefined && { maxMemoryBytes: config.maxMemoryBytes }),
    ...(driver && { driver: { id: driver.peerId, name: driver.name } }),
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
