// Looking for entries of the audit, from the newest to the oldest, and going on where one stopped, through whichever peer:
// a cursor names the entry, and only for quickness its position, which is each database's own.

import type { AuditFilter } from '#protocol/api/audit.ts'
import { SkeinError } from '#protocol/errors.ts'
import { originOf } from '../identity/audit.ts'
import type { Records, StreamEntry } from '../records/records.ts'

export type Entry = StreamEntry<'audit'>
export type Reader = Pick<Records, 'read'>

/** Entries of one question to the store: a few milliseconds of its thread, between which others are served. */
const AT_ONCE = 500
/** Entries that one request looks at; where few of them fit, the next page goes on behind them. */
export const MAX_LOOKED_AT = 20_000
/** Entries among which the place of another peer's cursor is looked for: a second or two. */
const MAX_SOUGHT = 200_000

export interface Found {
  readonly entries: readonly Entry[]
  /** Absent when there is nothing further. */
  readonly next?: string
}

export interface PageWish {
  readonly filter: AuditFilter
  readonly limit: number
  /** As `next` of the page before. */
  readonly before?: string | undefined
}

/** Rejects with `bad_request` for a cursor of which nothing is known here. */
export async function searchAudit(
  reader: Reader,
  { filter, limit, before }: PageWish,
): Promise<Found> {
  const fits = fitting(filter)
  const found: Entry[] = []
  let looked = 0
  for await (const entry of walk(reader, filter, before)) {
    looked++
    if (fits(entry)) found.push(entry)
    if (found.length === limit || looked === MAX_LOOKED_AT) {
      return { entries: found, next: cursorOf(entry) }
    }
  }
  return { entries: found }
}

/** All that fit, newest first, for as long as the reader goes on. */
export async function* everyEntry(reader: Reader, filter: AuditFilter): AsyncGenerator<Entry> {
  const fits = fitting(filter)
  for await (const entry of walk(reader, filter, undefined)) if (fits(entry)) yield entry
}

async function* walk(
  reader: Reader,
  { subject }: AuditFilter,
  cursor: string | undefined,
): AsyncGenerator<Entry> {
  let before = cursor === undefined ? undefined : await positionOf(reader, cursor)
  for (;;) {
    const query = { limit: AT_ONCE, ...(subject !== undefined && { subject }) }
    const page = await reader.read('audit', { ...query, ...(before !== undefined && { before }) })
    yield* page
    // An entry that cannot be read is left out, so that a page may be short and not the last.
    before = page.at(-1)?.position
    if (before === undefined) return
  }
}

const cursorOf = ({ position, id }: Entry): string => `${position}~${id}`

/** Of the entry that the cursor names in this database. */
async function positionOf(reader: Reader, cursor: string): Promise<number> {
  const [, digits, id] = /^(\d{1,15})~([\w-]{1,100})$/.exec(cursor) ?? []
  if (digits === undefined) throw unknown()
  const position = Number(digits)
  const [there] = await reader.read('audit', { limit: 1, before: position + 1 })
  if (there?.id === id) return position
  let looked = 0
  for await (const entry of walk(reader, {}, undefined)) {
    if (entry.id === id) return entry.position
    if (++looked === MAX_SOUGHT) break
  }
  throw unknown()
}

const unknown = (): SkeinError =>
  new SkeinError('bad_request', { field: 'before', reason: 'before: nothing is known of it here' })

/** Whether an entry is one that is looked for. */
export function fitting({
  actor,
  action,
  target,
  from,
  to,
  peer,
}: AuditFilter): (entry: Entry) => boolean {
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const toMs = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to)
  return ({ id, at, body }) =>
    at >= fromMs &&
    at < toMs &&
    (action === undefined || body.action.startsWith(action)) &&
    (actor === undefined || names(body.actor, actor)) &&
    (target === undefined || (body.target !== undefined && names(body.target, target))) &&
    (peer === undefined || originOf(id) === peer)
}

interface Named {
  readonly kind: string
  readonly id: string
  readonly name: string
}

const names = ({ kind, id, name }: Named, text: string): boolean =>
  id === text || kind === text || name.toLowerCase().includes(text.toLowerCase())
