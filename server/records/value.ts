// One group's value or one stream entry's body between the caller, memory and disk: checked, detached from
// what the caller holds, and frozen, because everybody reads the same object.

import type { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { unknownBytes } from './effects.ts'
import type { Kind, StreamName } from './kinds.ts'
import { bodySchemas, groupSchema } from './schemas.ts'

/** The largest group or entry as JSON, characters. A template's source is the largest thing that people write. */
export const MAX_VALUE_CHARS = 1024 * 1024

export interface Checked {
  readonly value: unknown
  /** Fields that the schema does not know, as JSON. */
  readonly unknown?: Uint8Array
}

/** A value to be written. Rejects with `bad_request` or `too_large`; an unknown field is refused here. */
export function checkGroup(kind: Kind, group: string, given: unknown): unknown {
  const schema = groupSchema(kind, group)
  const name = `${kind}.${group}`
  if (!schema) throw new SkeinError('bad_request', { reason: `there is no group ${name}` })
  const value = detach(name, given)
  check(name, schema, value)
  const [stray] = strayFields(schema, value)
  if (stray) throw new SkeinError('bad_request', { reason: `${name} has no field ${stray}` })
  return freeze(value)
}

export function checkBody(stream: StreamName, given: unknown): unknown {
  if (!Object.hasOwn(bodySchemas, stream)) {
    throw new SkeinError('bad_request', { reason: `there is no stream ${stream}` })
  }
  const value = detach(stream, given)
  check(stream, bodySchemas[stream], value)
  return freeze(value)
}

/** A value from disk: fields of a newer version are split off and kept, those of an older one taken in again. */
export function restoreGroup(
  schema: z.ZodObject,
  name: string,
  body: string,
  unknown: Uint8Array | undefined,
): Checked {
  const kept: unknown = unknown ? JSON.parse(Buffer.from(unknown).toString()) : undefined
  const value: unknown = kept
    ? { ...asObject(kept), ...asObject(JSON.parse(body)) }
    : JSON.parse(body)
  check(name, schema, value)
  const stray = strayFields(schema, value)
  if (stray.length === 0) return { value: freeze(value) }
  const fields = Object.entries(asObject(value))
  const known = Object.fromEntries(fields.filter(([field]) => !stray.includes(field)))
  const rest = Object.fromEntries(fields.filter(([field]) => stray.includes(field)))
  return { value: freeze(known), unknown: unknownBytes(rest) }
}

export function restoreBody(stream: StreamName, body: string): unknown {
  const value: unknown = JSON.parse(body)
  check(stream, bodySchemas[stream], value)
  return freeze(value)
}

function check(name: string, schema: z.ZodType, value: unknown): void {
  const checked = schema.safeParse(value)
  if (checked.success) return
  const [issue] = checked.error.issues
  const where = [name, ...(issue?.path ?? [])].join('.')
  throw new SkeinError('bad_request', { reason: `${where}: ${issue?.message ?? 'not valid'}` })
}

/** What the value is after a trip to disk and back, so that memory and disk never differ. */
function detach(name: string, given: unknown): unknown {
  const json = JSON.stringify(given)
  if (json === undefined) throw new SkeinError('bad_request', { reason: `${name} has no value` })
  if (json.length > MAX_VALUE_CHARS) {
    throw new SkeinError('too_large', { thing: name, limit: `${MAX_VALUE_CHARS} characters` })
  }
  return JSON.parse(json)
}

function strayFields(schema: z.ZodObject, value: unknown): string[] {
  return Object.keys(asObject(value)).filter((field) => !Object.hasOwn(schema.shape, field))
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}
