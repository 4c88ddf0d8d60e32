// Reads a request's body: bounded, JSON only. A page of another site can send forms and plain text without asking
// first, but not `application/json`.

import type { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { type Id, isId } from '#protocol/ids.ts'

/**
 * A name and a password, of somebody whom nobody knows. Reading a body takes the peer's one thread, so only who must
 * send more may: 1 MB of brackets takes 40 ms, in which everybody waits.
 */
export const STRANGER_BODY_BYTES = 16 * 1024
/** A form with its parameters. */
export const SMALL_BODY_BYTES = 128 * 1024
/** A template of 200,000 characters takes at most 800 kB of UTF-8. */
export const TEMPLATE_BODY_BYTES = 1024 * 1024

/** Rejects with `bad_request` (no JSON) or `too_large`. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new SkeinError('bad_request', { reason: 'Content-Type must be application/json' })
  }
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The value as the schema gives it. Throws `bad_request` that names the field. */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys : []
  const field = [...(issue?.path ?? []).map(String), ...keys.slice(0, 1)].join('.') || 'body'
  const reason = `${field}: ${issue?.message ?? 'not valid'}`
  throw new SkeinError('bad_request', { field: field.slice(0, 100), reason: reason.slice(0, 300) })
}

/** An id that a client made, so that a repeated creation is one. Throws `bad_request` unless it is a UUIDv7. */
export function givenId<K extends string>(id: string): Id<K> {
  if (!isId(id)) throw new SkeinError('bad_request', { field: 'id', reason: 'id: not a UUIDv7' })
  return id as Id<K>
}

const tooLarge = (maxBytes: number): SkeinError =>
  new SkeinError('too_large', { thing: 'request', limit: `${maxBytes / 1024} kB` })
