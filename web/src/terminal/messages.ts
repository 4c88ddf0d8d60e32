// The JSON inside numbered frames, as protocol/numbered/messages.ts checks it, without the 40 kB of zod that the
// browser would load for it. vite.config.ts puts this file in that one's place; messages.test.ts holds them alike.

import { SkeinError } from '#protocol/errors.ts'
import { type Attached, type Ended, readJson, type Viewers } from '#protocol/numbered/frames.ts'

type Fields = Readonly<Record<string, unknown>>

const MAX_NAME_CHARS = 64
const MAX_SIGNAL_CHARS = 32
const MAX_VIEWERS = 1_000
const MAX_COLS = 1_000
const MAX_ROWS = 500
const modes = ['resume', 'snapshot', 'gone'] as const

export function readAttached(body: Uint8Array): Attached {
  const fields = object(body)
  const mode = modes.find((each) => each === fields.mode)
  if (!mode) throw wrong('mode')
  return {
    run: text(fields, 'run', 1, MAX_NAME_CHARS),
    mode,
    from: whole(fields, 'from', 0),
    heard: whole(fields, 'heard', 0),
    cols: whole(fields, 'cols', 2, MAX_COLS),
    rows: whole(fields, 'rows', 1, MAX_ROWS),
  }
}

export function readEnded(body: Uint8Array): Ended {
  const fields = object(body)
  const { status, signal } = fields
  return {
    ...(status === undefined ? {} : { status: whole(fields, 'status', Number.MIN_SAFE_INTEGER) }),
    ...(signal === undefined ? {} : { signal: text(fields, 'signal', 0, MAX_SIGNAL_CHARS) }),
  }
}

export function readViewers(body: Uint8Array): Viewers {
  const fields = object(body)
  const { labels } = fields
  if (!Array.isArray(labels) || labels.length > MAX_VIEWERS) throw wrong('labels')
  return {
    count: whole(fields, 'count', 0),
    labels: labels.map((_, index) =>
      text(labels as unknown as Fields, String(index), 0, MAX_NAME_CHARS),
    ),
  }
}

/** A code that this side does not know becomes `internal`. */
export function readError(body: Uint8Array): SkeinError {
  const fields = object(body)
  const code = text(fields, 'code', 0, MAX_NAME_CHARS)
  const details: Record<string, string | number> = code === 'internal' ? { requestId: '-' } : {}
  const given = fields.details ?? {}
  if (typeof given !== 'object') throw wrong('details')
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string' && typeof value !== 'number') throw wrong('details')
    details[name] = value
  }
  return SkeinError.fromBody({ code: code as SkeinError['code'], message: '', hint: '', details })
}

function object(body: Uint8Array): Fields {
  const value = readJson(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('JSON')
  return value as Fields
}

function text(fields: Fields, name: string, least: number, most: number): string {
  const value = fields[name]
  if (typeof value !== 'string' || value.length < least || value.length > most) throw wrong(name)
  return value
}

function whole(
  fields: Fields,
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = fields[name]
  if (!Number.isSafeInteger(value) || Number(value) < least || Number(value) > most) {
    throw wrong(name)
  }
  return Number(value)
}

const wrong = (what: string) => new SkeinError('frame_invalid', { reason: `${what} is not valid` })
