// Everything but the streams, of one instant, in pages: each is one question whose answer is some hundred kilobytes, so that
// nothing holds up the event loop for long, and the next is on its way while one is taken in.

import type { Batch, Meta, StoredFloor, StoredHeard } from '../store.ts'
import {
  CLAIM,
  claimOf,
  Gathering,
  groupOf,
  META,
  metaOf,
  NAME,
  PARKED,
  ROW,
  TOMBSTONE,
  tombstonesOf,
  Words,
} from './columns.ts'
import { SNAPSHOT, textOf } from './dialect.ts'
import type { Cell, Line, Session } from './session.ts'
import { literal } from './sql.ts'

/** Of one question. */
const PAGE_LINES = 1000
/** An answer may take long where the server reads from a slow disk, ms. */
const PAGE_MS = 30_000

export async function* load(session: Session): AsyncGenerator<Batch> {
  const [[line] = []] = await session.ask(`${SNAPSHOT};${META}`, PAGE_MS)
  const meta = metaOf(line)
  if (!meta) return
  const empty = { meta, rows: [], claims: [], tombstones: [], entries: [] }
  yield empty
  const words = new Words()
  for await (const lines of pages(session, ROWS)) yield { ...empty, rows: rowsOf(lines, words) }
  for await (const lines of pages(session, TOMBSTONES)) {
    yield { ...empty, tombstones: tombstonesOf(lines) }
  }
  for await (const lines of pages(session, CLAIMS)) {
    yield { ...empty, claims: lines.map((one) => claimOf(one, words)) }
  }
  yield { ...(await rest(session, meta, words)), ...empty }
  await session.ask('COMMIT')
}

interface Paged {
  /** With `{page}` for what is behind the last page. */
  readonly select: string
  readonly table: string
  /** Of the primary key, which begin each line. */
  readonly key: readonly string[]
}

const ROWS: Paged = {
  select: `SELECT ${ROW} FROM {page} r LEFT JOIN record_group g ON g.kind = r.kind AND g.id = r.id`,
  table: 'record',
  key: ['kind', 'id'],
}
const TOMBSTONES: Paged = {
  select: `SELECT ${TOMBSTONE} FROM {page} t LEFT JOIN tombstone_dot d USING (${NAME})`,
  table: 'tombstone',
  key: ['kind', 'id', 'birth_origin', 'birth_seq'],
}
const CLAIMS: Paged = {
  select: `SELECT ${CLAIM} FROM {page} g`,
  table: 'claim',
  key: ['claim', 'birth_origin', 'birth_seq'],
}

async function* pages(session: Session, paged: Paged): AsyncGenerator<readonly Line[]> {
  const ask = (after: readonly Cell[] | undefined) => {
    const answer = session.ask(pageOf(paged, after), PAGE_MS)
    answer.catch(() => undefined) // whoever stops reading does not wait for it
    return answer
  }
  let next: ReturnType<typeof ask> | undefined = ask(undefined)
  while (next) {
    const [lines = []]: Awaited<typeof next> = await next
    const last = lastKey(lines, paged.key.length)
    next = last && ask(last)
    if (lines.length > 0) yield lines
  }
}

function pageOf({ select, table, key }: Paged, after: readonly Cell[] | undefined): string {
  const behind = after ? `WHERE ${greater(key, after)}` : ''
  const order = key.join(', ')
  return select.replace(
    '{page}',
    `(SELECT * FROM ${table} ${behind} ORDER BY ${order} LIMIT ${PAGE_LINES})`,
  )
}

/** `(a > 1 OR (a = 1 AND (b > 2)))`: servers read that as a range of the key, tuples not all. */
export function greater(key: readonly string[], [value, ...values]: readonly Cell[]): string {
  const [column, ...columns] = key
  const at = literal(value)
  if (columns.length === 0) return `(${column} > ${at})`
  return `(${column} > ${at} OR (${column} = ${at} AND ${greater(columns, values)}))`
}

/** A join may answer in any order; keys are ordered by bytes. */
function lastKey(lines: readonly Line[], columns: number): readonly Cell[] | undefined {
  let last: readonly Cell[] | undefined
  for (const line of lines) {
    if (!last || isAfter(line, last, columns)) last = line
  }
  return last?.slice(0, columns)
}

function isAfter(line: readonly Cell[], than: readonly Cell[], columns: number): boolean {
  for (let i = 0; i < columns; i++) {
    const [a, b] = [line[i], than[i]]
    if (a === b) continue
    if (typeof a === 'number' || typeof b === 'number') return Number(a) > Number(b)
    return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))) > 0
  }
  return false
}

function rowsOf(lines: readonly Line[], words: Words) {
  const gathering = new Gathering(words)
  for (const line of lines) gathering.add(line)
  return gathering.rows
}

async function rest(session: Session, meta: Meta, words: Words) {
  const results = await session.ask(
    `${HEARD};${FLOORS};SELECT ${PARKED} FROM quarantine g`,
    PAGE_MS,
  )
  const [heads = [], gaps = [], floors = [], parked = []] = results
  return {
    meta,
    heard: heardOf(heads, gaps),
    floors: floors.map(floorOf),
    parked: parked.map((line) => parkedOf(line, words)),
  }
}

const HEARD = `SELECT ${textOf('origin')}, seq FROM head;SELECT ${textOf('origin')}, low, high FROM gap ORDER BY low`
const FLOORS = `SELECT ${textOf('origin')}, seq FROM floor`

export function heardOf(heads: readonly Line[], gaps: readonly Line[]): StoredHeard[] {
  return heads.map(([origin, head]) => ({
    origin: String(origin),
    head: Number(head),
    gaps: gaps
      .filter(([of]) => of === origin)
      .map(([, low, high]) => ({ low: Number(low), high: Number(high) })),
  }))
}

export const floorOf = ([origin, seq]: Line): StoredFloor => ({
  origin: String(origin),
  seq: Number(seq),
})

export function parkedOf(line: Line, words: Words) {
  return { kind: String(line[0]), id: String(line[1]), group: groupOf(line, 2, words) }
}
