// From SQLite's rows to the store's shapes. Integers are read as bigint where one of them
// is a clock value, which does not fit a double; a load takes those in two halves.

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type {
  Meta,
  ParkedGroup,
  StoredEntry,
  StoredFloor,
  StoredGroup,
  StoredHeard,
  StoredTombstone,
  StreamQuery,
} from '../store.ts'
import {
  CLAIM_COLUMNS,
  packClaim,
  packGroup,
  packRow,
  pastOf,
  prepareLines,
  ROW_COLUMNS,
  type Value,
} from './columns.ts'
import { type PackedRows, RowPacker } from './packed.ts'

export type Columns = Record<string, SQLOutputValue>

/** Rows of one batch on load: some hundred kilobytes, a few milliseconds of the other thread. */
const BATCH_ROWS = 1000

export function readMeta(file: DatabaseSync): Meta | undefined {
  const row = prepare(file, 'SELECT * FROM meta').get()
  if (!row) return undefined
  const { origin, seq, hlc, position, revision } = row
  return {
    origin: String(origin),
    seq: Number(seq),
    hlc: big(hlc),
    position: Number(position),
    revision: Number(revision),
  }
}

/** Ordered by id, which is by age. */
export function* readRows(file: DatabaseSync): Generator<PackedRows> {
  const select = prepareLines(
    file,
    `SELECT ${ROW_COLUMNS} FROM record r LEFT JOIN record_group g ON g.kind = r.kind AND g.id = r.id
     ORDER BY r.kind, r.id`,
  )
  let rows = new RowPacker()
  let lastKind: Value
  let lastId: Value
  for (const line of select.iterate()) {
    const kind = line[0]
    const id = line[1]
    if (id !== lastId || kind !== lastKind) {
      if (rows.count >= BATCH_ROWS) {
        yield rows.packed()
        rows = new RowPacker()
      }
      packRow(rows, line)
      lastKind = kind
      lastId = id
    }
    packGroup(rows, line)
  }
  if (rows.count > 0) yield rows.packed()
}

export function* readClaims(file: DatabaseSync): Generator<PackedRows> {
  const select = prepareLines(file, `SELECT ${CLAIM_COLUMNS} FROM claim g ORDER BY claim`)
  let claims = new RowPacker()
  for (const line of select.iterate()) {
    if (claims.count >= BATCH_ROWS) {
      yield claims.packed()
      claims = new RowPacker()
    }
    packClaim(claims, line)
  }
  if (claims.count > 0) yield claims.packed()
}

export function* readTombstones(file: DatabaseSync): Generator<StoredTombstone[]> {
  const select = prepare(
    file,
    `SELECT t.*, group_concat(d.origin || '/' || d.seq, ' ') AS dots
     FROM tombstone t JOIN tombstone_dot d USING (kind, id, birth_origin, birth_seq)
     GROUP BY t.kind, t.id, t.birth_origin, t.birth_seq`,
  )
  for (const batch of batches(select)) {
    yield batch.map((columns) => ({
      kind: String(columns.kind),
      id: String(columns.id),
      birth: birthOf(columns),
      dots: String(columns.dots).split(' ').map(dotOf),
      atMs: Number(columns.at_ms),
    }))
  }
}

/** Of every origin but our own; under a former one everything up to a backup was written here. */
export function readHeard(file: DatabaseSync): StoredHeard[] {
  const gaps = prepare(file, 'SELECT low, high FROM gap WHERE origin = ? ORDER BY low')
  const heads = prepare(
    file,
    `SELECT origin, seq FROM head
     UNION ALL SELECT origin, seq FROM former_origin WHERE origin NOT IN (SELECT origin FROM head)`,
  ).all()
  return heads.map(({ origin, seq }) => ({
    origin: String(origin),
    head: Number(seq),
    gaps: gaps
      .all(String(origin))
      .map(({ low, high }) => ({ low: Number(low), high: Number(high) })),
  }))
}

export function readFloors(file: DatabaseSync): StoredFloor[] {
  const floors = prepare(file, 'SELECT origin, seq FROM floor').all()
  return floors.map(({ origin, seq }) => ({ origin: String(origin), seq: Number(seq) }))
}

export function readParked(file: DatabaseSync): ParkedGroup[] {
  const parked = prepare(file, 'SELECT * FROM quarantine').all()
  return parked.map((columns) => ({
    kind: String(columns.kind),
    id: String(columns.id),
    group: groupOf(columns),
  }))
}

export function readEntries(
  file: DatabaseSync,
  { stream, subject, before, limit }: StreamQuery,
): StoredEntry[] {
  const ofSubject = subject === undefined ? '' : 'AND subject = :subject'
  const select = prepare(
    file,
    `SELECT * FROM entry WHERE stream = :stream ${ofSubject} AND position < :before
     ORDER BY position DESC LIMIT :limit`,
  )
  const bounds = { stream, before: before ?? Number.MAX_SAFE_INTEGER, limit }
  return select.all(subject === undefined ? bounds : { ...bounds, subject }).map(entryOf)
}

export function entryOf(columns: Columns): StoredEntry {
  return {
    position: Number(columns.position),
    stream: String(columns.stream),
    subject: String(columns.subject),
    atMs: Number(columns.at_ms),
    dot: { origin: String(columns.origin), seq: Number(columns.seq) },
    index: Number(columns.place),
    body: String(columns.body),
  }
}

function groupOf(columns: Columns): StoredGroup {
  const { name, body, unknown } = columns
  return {
    name: String(name),
    body: String(body),
    unknown: unknown instanceof Uint8Array ? unknown : undefined,
    version: versionOf(columns),
    ...(typeof columns.past === 'string' && { past: pastOf(columns.past) }),
  }
}

function dotOf(text: string) {
  const [origin = '', seq] = text.split('/')
  return { origin, seq: Number(seq) }
}

export function birthOf(columns: Columns) {
  return { origin: String(columns.birth_origin), seq: Number(columns.birth_seq) }
}

function versionOf({ epoch, hlc, origin, seq }: Columns) {
  return { epoch: Number(epoch), hlc: big(hlc), origin: String(origin), seq: Number(seq) }
}

function big(value: SQLOutputValue | undefined): bigint {
  if (typeof value !== 'bigint')
    throw new TypeError('the database holds a clock value that is none')
  return value
}

function* batches(select: StatementSync): Generator<Columns[]> {
  let batch: Columns[] = []
  for (const columns of select.iterate()) {
    batch.push(columns)
    if (batch.length >= BATCH_ROWS) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

export function prepare(file: DatabaseSync, sql: string): StatementSync {
  const statement = file.prepare(sql)
  statement.setReadBigInts(true)
  return statement
}
