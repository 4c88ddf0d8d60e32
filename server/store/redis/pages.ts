// What the commits after one have left, in pages: all of it is a load, the last of it news. As long as others write a page is of
// its own instant; what they change meanwhile comes again on a later page.

import { z } from 'zod'
import {
  type Batch,
  MAX_NEWS,
  type Meta,
  NEWS_BATCH,
  type News,
  REMEMBERED_COMMITS,
  type StoredEntry,
} from '../store.ts'
import type { Connection } from './connection.ts'
import { padded } from './names.ts'
import { elementsOf, entryOf, goneOf, metaOf, NOTHING } from './read.ts'

const bytes = z.instanceof(Buffer)
/** By hand: a load has a hundred thousand of them. */
const texts = z.custom<Buffer[]>((value) => Array.isArray(value) && value.every(Buffer.isBuffer))
const metaFields = z.array(bytes.nullable())

const emptySchema = z.tuple([metaFields])
const pageSchema = z.tuple([metaFields, bytes.nullable(), z.number(), bytes, texts, texts, texts])

/** Of the five fields that `metaOf` reads, the next says which server took the origin. */
const RUN_FIELD = 5

export interface Page {
  readonly meta: Meta
  readonly run: string | undefined
  /** What is noted of the commit after which this comes. */
  readonly note: string | undefined
  /** Elements that were written after it, on this page and on later ones. */
  readonly ahead: number
  /** The last commit on this page. */
  readonly upTo: number
  readonly batch: Batch
}

/** What comes behind a page, of what was written after a commit. Undefined where the database is new. */
export async function readPage(
  connection: Connection,
  after: number,
  behind: number = after,
): Promise<Page | undefined> {
  const most = after === NOTHING ? 0 : MAX_NEWS
  const args = [String(behind), String(NEWS_BATCH), String(most)]
  const answer = await connection.run('page', args)
  if (emptySchema.safeParse(answer).success) return undefined
  const [fields, note, ahead, upTo, names, packed, gone] = pageSchema.parse(answer)
  const meta = metaOf(fields)
  if (!meta) return undefined
  return {
    meta,
    run: fields[RUN_FIELD]?.toString(),
    note: note?.toString(),
    ahead,
    upTo: Number(upTo.toString()),
    batch: { meta, ...elementsOf(names, packed, after), ...goneOf(gone), entries: [] },
  }
}

/** Beside a commit: who made it, and its meta row. */
export const noteOf = (token: string, { origin, seq, hlc }: Meta): string =>
  `${token} ${origin} ${seq} ${hlc}`

/** `known` is what was noted of the commit `after`, where that is known. */
export async function readNews(
  connection: Connection,
  after: Meta,
  known: string | undefined,
): Promise<News> {
  const first = await readPage(connection, after.revision)
  if (!first || isBack(first, after, connection.facts.runId, known)) {
    return { kind: 'back', meta: first?.meta }
  }
  if (isTooMuch(first, after)) return { kind: 'reload' }
  const pages = [first]
  for (let last = first; last.upTo < last.meta.revision; ) {
    const next = await readPage(connection, after.revision, last.upTo)
    if (!next || next.meta.origin !== after.origin) return { kind: 'back', meta: next?.meta }
    if (next.ahead > MAX_NEWS) return { kind: 'reload' }
    pages.push(next)
    last = next
  }
  const { meta } = pages.at(-1) ?? first
  const entries = await readEntries(connection, after.position, meta.position)
  const batches = pages.map(({ batch }) => ({ ...batch, meta }))
  if (entries.length > 0) batches.push({ ...EMPTY, meta, entries })
  return { kind: 'news', meta, batches: meta.revision === after.revision ? [] : batches }
}

const EMPTY = { rows: [], tombstones: [], claims: [], entries: [] } as const

/** Whether the commit that is asked about is not there, or another server took it. */
function isBack({ meta, run, note }: Page, after: Meta, runId: string, known?: string): boolean {
  if (meta.origin !== after.origin || meta.revision < after.revision || run !== runId) return true
  if (isForgotten(meta, after)) return false
  return note === undefined || (known ?? note) !== note || !note.endsWith(noteOf('', after))
}

function isTooMuch({ meta, ahead }: Page, after: Meta): boolean {
  return isForgotten(meta, after) || ahead + meta.position - after.position > MAX_NEWS
}

const isForgotten = (meta: Meta, after: Meta): boolean =>
  after.revision <= meta.revision - REMEMBERED_COMMITS

/** Those that are left of the places after one and up to another. */
async function readEntries(
  connection: Connection,
  after: number,
  upTo: number,
): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = []
  for (let from = after + 1; from <= upTo; from += NEWS_BATCH) {
    const count = Math.min(NEWS_BATCH, upTo - from + 1)
    const places = Array.from({ length: count }, (_, i) => padded(from + i))
    const packed = await connection.read('entries', places)
    packed.forEach((one, i) => {
      if (one) entries.push(entryOf(Buffer.from(places[i] ?? ''), one))
    })
  }
  return entries
}
