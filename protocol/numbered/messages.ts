// The JSON inside numbered frames, checked where it comes in. Both ends are programs of ours, but a space's user
// can be its agent and anybody can be a client, so nothing is taken unchecked.

import { z } from 'zod'
import { SkeinError } from '../errors.ts'
import { type Attach, type Attached, type Ended, readJson, type Viewers } from './frames.ts'

const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const cols = z.number().int().min(2).max(1000)
const rows = z.number().int().min(1).max(500)
const shortName = z.string().min(1).max(64)

const attach = z.object({
  stream: shortName,
  run: shortName.optional(),
  seen: position.optional(),
  client: shortName,
  sent: position,
  cols,
  rows,
  label: z.string().max(64).optional(),
})

const attached = z.object({
  run: shortName,
  mode: z.enum(['resume', 'snapshot', 'gone']),
  from: position,
  heard: position,
  cols,
  rows,
})

const ended = z.object({
  status: z.number().int().optional(),
  signal: z.string().max(32).optional(),
})

const viewers = z.object({
  count: z.number().int().min(0),
  labels: z.array(z.string().max(64)).max(1000),
})

const failure = z.object({
  code: z.string().max(64),
  details: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
})

export const readAttach = (body: Uint8Array): Attach => read(attach, body)
export const readAttached = (body: Uint8Array): Attached => read(attached, body)
export const readEnded = (body: Uint8Array): Ended => read(ended, body)
export const readViewers = (body: Uint8Array): Viewers => read(viewers, body)

/** The error that the other side ended with. A code that this side does not know becomes `internal`. */
export function readError(body: Uint8Array): SkeinError {
  const { code, details } = read(failure, body)
  return SkeinError.fromBody({
    code: code as SkeinError['code'],
    message: '',
    hint: '',
    details: code === 'internal' ? { requestId: '-', ...details } : details,
  })
}

function read<T>(schema: z.ZodType<T>, body: Uint8Array): T {
  const parsed = schema.safeParse(readJson(body))
  if (parsed.success) return parsed.data
  const reason = parsed.error.issues[0]?.message ?? 'wrong shape'
  throw new SkeinError('frame_invalid', { reason }, parsed.error)
}
