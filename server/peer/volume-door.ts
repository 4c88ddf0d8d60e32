// A volume's bytes over the peer's own socket, for the person at the machine: GET gives the archive, PUT takes one. What
// came of a GET is in its trailers, since by then its head has long been sent.

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Space } from '#protocol/api/spaces.ts'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Records } from '../records/records.ts'
import type { Spaces } from '../spaces/spaces.ts'

export const VOLUME_PATH = '/volume'
/** With `--stop`: longer than any grace that a template gives. */
const STOP_TIMEOUT_MS = 10 * 60_000
const LOOK_MS = 200
const MACHINE = { kind: 'system', id: 'machine', name: 'the machine' } as const

const querySchema = z.strictObject({
  space: z.string().min(1).max(128),
  volume: z.string().min(1).max(128).optional(),
  stop: z.literal('1').optional(),
})

export const totalsSchema = z.object({
  volume: z.string(),
  entries: z.int(),
  bytes: z.int(),
  skipped: z.int(),
  sha256: z.string(),
})
export type VolumeTotals = z.infer<typeof totalsSchema>

export interface VolumeDoorParts {
  readonly spaces: Pick<Spaces, 'list' | 'show' | 'want' | 'copies'>
  readonly records: Pick<Records, 'transact'>
  readonly clock: Clock
  readonly log: Log
}

/** Never rejects: what fails is answered. */
export async function serveVolume(
  parts: VolumeDoorParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://machine')
    const query = querySchema.parse(Object.fromEntries(url.searchParams))
    const space = findSpace(parts.spaces.list(), query.space)
    const volume = parts.spaces.copies.volumeOf(space.id as SpaceId, query.volume)
    const target = { id: space.id as SpaceId, name: space.name, volume }
    if (request.method === 'PUT') {
      if (query.stop) await stop(parts, target.id)
      await note(parts, 'space.volume.import', target)
      await take(parts, target, request, response)
    } else {
      await note(parts, 'space.volume.export', target)
      await give(parts, target, response)
    }
  } catch (caught) {
    refuse(parts, caught, response)
  } finally {
    // What was not read of a refused archive.
    request.resume()
  }
}

/** By id, `OWNER/NAME` or a name that only one space has. Throws `not_found` or `space_unclear`. */
export function findSpace(spaces: readonly Space[], wanted: string): Space {
  const [name = '', owner] = wanted.split(/[/+]/).toReversed()
  const found = spaces.filter(
    (space) =>
      space.id === wanted ||
      (space.name === name && (owner === undefined || space.owner.name === owner)),
  )
  const [first] = found
  if (first === undefined) throw new SkeinError('not_found', { thing: `space “${wanted}”` })
  if (found.length === 1) return first
  throw new SkeinError('space_unclear', { name: wanted, count: found.length })
}

interface Volume {
  readonly id: SpaceId
  readonly name: string
  readonly volume: string
}

/** Before it happens: what a person's home holds does not leave without a trace. */
async function note({ records }: VolumeDoorParts, action: string, { id, name, volume }: Volume) {
  const target = { kind: 'space', id, name }
  const body = { actor: MACHINE, action, target, detail: { volume } }
  await records.transact(() => ({
    changes: [{ op: 'append', stream: 'audit', subject: id, body }],
    result: undefined,
  }))
}

async function give({ spaces }: VolumeDoorParts, { id, volume }: Volume, response: ServerResponse) {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const write = async (bytes: Buffer) => {
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'application/x-tar', 'skein-volume': volume })
    }
    if (!response.write(bytes)) await once(response, 'drain', { signal: gone.signal })
  }
  const totals = await spaces.copies.export(id, volume, write)
  response.addTrailers({ 'skein-totals': JSON.stringify({ volume, ...totals }) })
  response.end()
}

async function take(
  { spaces }: VolumeDoorParts,
  { id, volume }: Volume,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const totals = await spaces.copies.import(id, volume, request)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ volume, ...totals }))
}

async function stop({ spaces, clock }: VolumeDoorParts, id: SpaceId): Promise<void> {
  await spaces.want(MACHINE, id, 'stopped')
  const untilMs = clock.monotonicMs() + STOP_TIMEOUT_MS
  for (;;) {
    const state = spaces.show(id)?.state
    if (state === 'stopped' || state === 'failed') return
    if (clock.monotonicMs() > untilMs) {
      throw new SkeinError('timeout', { thing: 'The space', seconds: STOP_TIMEOUT_MS / 1000 })
    }
    await clock.delay(LOOK_MS)
  }
}

function refuse({ log }: VolumeDoorParts, caught: unknown, response: ServerResponse): void {
  const error =
    caught instanceof z.ZodError
      ? new SkeinError('bad_request', { reason: 'its query' }, caught)
      : toSkeinError(caught)
  if (error.code === 'internal') log.error({ err: caught }, 'a volume was not copied')
  const text = JSON.stringify({ error: error.body })
  if (response.headersSent) {
    // Header values are Latin-1.
    response.addTrailers({ 'skein-error': encodeURIComponent(text) })
    response.end()
  } else {
    response.writeHead(error.status, { 'content-type': 'application/json' }).end(text)
  }
}
