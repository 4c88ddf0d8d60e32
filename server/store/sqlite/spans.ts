// What is left of a range of one origin's transactions, by the dot indexes: whole rows with a birth or a group in it, claims,
// tombstones with a delete in it, entries. Superseded writes have left no trace, so this costs what is there, not what
// ever happened. Read from the newest down, in steps of a few transactions, until the answer is large enough.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ELEMENT_BYTES, PLACES, STEP } from '../places.ts'
import {
  CLAIM_KIND,
  type SpanQuery,
  type StoredEntry,
  type StoredSpan,
  type StoredTombstone,
} from '../store.ts'
import {
  CLAIM_COLUMNS,
  type LinesReader,
  packClaim,
  packGroup,
  packRow,
  prepareLines,
  ROW_COLUMNS,
} from './columns.ts'
import { type PackedSpans, RowPacker } from './packed.ts'
import { birthOf, type Columns, entryOf, prepare } from './read.ts'

const newest = PLACES.map(
  ([table, origin, seq]) =>
    `SELECT * FROM (SELECT DISTINCT ${seq} AS seq FROM ${table}
     WHERE ${origin} = :origin AND ${seq} BETWEEN :low AND :high ORDER BY ${seq} DESC LIMIT ${STEP})`,
).join(' UNION ')

const within = (origin: string, seq: string): string =>
  `${origin} = :origin AND ${seq} BETWEEN :low AND :high`

const STATEMENTS = {
  seqs: `SELECT seq FROM (${newest}) ORDER BY seq DESC LIMIT ${STEP}`,
  tombstones: `SELECT t.* FROM tombstone t JOIN
      (SELECT DISTINCT kind, id, birth_origin, birth_seq FROM tombstone_dot WHERE ${within('origin', 'seq')})
    USING (kind, id, birth_origin, birth_seq)`,
  dots: `SELECT origin, seq FROM tombstone_dot
    WHERE kind = :kind AND id = :id AND birth_origin = :birth_origin AND birth_seq = :birth_seq`,
  entries: `SELECT * FROM entry WHERE ${within('origin', 'seq')} ORDER BY seq, place`,
} as const

const names = `SELECT kind, id FROM record WHERE ${within('birth_origin', 'birth_seq')}
  UNION SELECT kind, id FROM record_group WHERE ${within('origin', 'seq')}
  UNION SELECT kind, id FROM quarantine WHERE ${within('origin', 'seq')}`

/** CROSS JOIN: the few names first, whatever SQLite thinks of the tables. What is parked takes the place of what is shown. */
const ROWS = `WITH names AS MATERIALIZED (${names})
  SELECT ${ROW_COLUMNS} FROM names CROSS JOIN record r USING (kind, id)
    LEFT JOIN record_group g ON g.kind = r.kind AND g.id = r.id AND NOT EXISTS
      (SELECT 1 FROM quarantine q WHERE q.kind = g.kind AND q.id = g.id AND q.name = g.name)
  UNION ALL
  SELECT ${ROW_COLUMNS} FROM names CROSS JOIN record r USING (kind, id)
    JOIN quarantine g ON g.kind = r.kind AND g.id = r.id
  ORDER BY 1, 2`

const CLAIMS = `SELECT ${CLAIM_COLUMNS} FROM claim g
  WHERE ${within('birth_origin', 'birth_seq')} OR ${within('origin', 'seq')}`

type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>

interface Found {
  readonly rows: RowPacker
  readonly claims: RowPacker
  /** Rows and claims that are in it already: a row is written in several transactions. */
  readonly names: Set<string>
  readonly tombstones: Map<string, StoredTombstone>
  readonly entries: StoredEntry[]
  readonly spans: StoredSpan[]
  bytes: number
}

export class SpanReader {
  readonly #run: Statements
  readonly #rows: LinesReader
  readonly #claims: LinesReader

  constructor(file: DatabaseSync) {
    this.#rows = prepareLines(file, ROWS)
    this.#claims = prepareLines(file, CLAIMS)
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, prepare(file, sql)])
    this.#run = Object.fromEntries(prepared) as Statements
  }

  read({ spans, maxBytes }: SpanQuery): PackedSpans {
    const found: Found = {
      rows: new RowPacker(),
      claims: new RowPacker(),
      names: new Set(),
      tombstones: new Map(),
      entries: [],
      spans: [],
      bytes: 0,
    }
    for (const span of spans) {
      if (found.spans.length > 0 && found.bytes >= maxBytes) break
      found.spans.push({ ...span, low: this.#readSpan(span, maxBytes, found) })
    }
    const { rows, claims, tombstones, entries } = found
    return {
      rows: rows.packed(),
      claims: claims.packed(),
      tombstones: [...tombstones.values()],
      entries,
      spans: found.spans,
    }
  }

  /** Answers down to where it got. */
  #readSpan({ origin, low, high }: StoredSpan, maxBytes: number, found: Found): number {
    let top = high
    for (;;) {
      const seqs = this.#run.seqs.all({ origin, low, high: top }).map(({ seq }) => Number(seq))
      const bottom = seqs.length < STEP ? low : (seqs.at(-1) ?? low)
      if (seqs.length > 0) this.#take({ origin, low: bottom, high: top }, found)
      if (bottom <= low || found.bytes >= maxBytes) return bottom
      top = bottom - 1
    }
  }

  #take({ origin, low, high }: StoredSpan, found: Found): void {
    const bounds: Bounds = { origin, low, high }
    this.#takeRows(bounds, found)
    for (const columns of this.#claims.iterate(bounds)) {
      const [claim, birthOrigin, birthSeq] = columns
      // A name may have several claims.
      if (!isNew(found, `${CLAIM_KIND}/${claim}/${birthOrigin}/${birthSeq}`)) continue
      packClaim(found.claims, columns)
      found.bytes += ELEMENT_BYTES
    }
    for (const columns of this.#run.tombstones.all(bounds)) {
      const tombstone = this.#tombstone(columns)
      const { kind, id, birth } = tombstone
      found.tombstones.set(`${kind}/${id}/${birth.origin}/${birth.seq}`, tombstone)
      found.bytes += ELEMENT_BYTES
    }
    for (const columns of this.#run.entries.all(bounds)) {
      const entry = entryOf(columns)
      found.entries.push(entry)
      found.bytes += ELEMENT_BYTES + entry.body.length
    }
  }

  #takeRows(bounds: Bounds, found: Found): void {
    const { rows } = found
    let last: string | undefined
    let isTaken = false
    for (const columns of this.#rows.iterate(bounds)) {
      const name = `${columns[0]}/${columns[1]}`
      if (name !== last) {
        last = name
        isTaken = !isNew(found, name)
        if (!isTaken) found.bytes += ELEMENT_BYTES
        if (!isTaken) packRow(rows, columns)
      }
      const bytes = isTaken ? undefined : packGroup(rows, columns)
      if (bytes !== undefined) found.bytes += bytes + ELEMENT_BYTES
    }
  }

  #tombstone(columns: Columns): StoredTombstone {
    const { kind = '', id = '', birth_origin = '', birth_seq = 0 } = columns
    const dots = this.#run.dots.all({ kind, id, birth_origin, birth_seq })
    return {
      kind: String(kind),
      id: String(id),
      birth: birthOf(columns),
      dots: dots.map(({ origin, seq }) => ({ origin: String(origin), seq: Number(seq) })),
      atMs: Number(columns.at_ms),
    }
  }
}

type Bounds = Record<'origin' | 'low' | 'high', string | number>

function isNew({ names }: Found, name: string): boolean {
  const before = names.size
  return names.add(name).size > before
}
