// What is left of a range of one origin's transactions, by the dot indexes: whole rows with a birth or a group in it, claims,
// tombstones with a delete in it, entries. Superseded writes have left no trace, so this costs what is there, not what
// ever happened. Read from the newest down, in steps of a few transactions, until the answer is large enough.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type {
  SpanAnswer,
  SpanQuery,
  StoredClaim,
  StoredEntry,
  StoredGroup,
  StoredRow,
  StoredSpan,
  StoredTombstone,
} from '../store.ts'
import { birthOf, type Columns, claimOf, entryOf, groupOf, prepare } from './read.ts'

/** Transactions read at a time, not counting those of which nothing is left. */
const STEP = 64
/** What an element costs beside its bodies: ids, dots and stamps. */
const ELEMENT_BYTES = 160

/** Every place where a transaction leaves something: table, and its columns for origin and number. */
const PLACES = [
  ['record', 'birth_origin', 'birth_seq'],
  ['record_group', 'origin', 'seq'],
  ['quarantine', 'origin', 'seq'],
  ['claim', 'birth_origin', 'birth_seq'],
  ['claim', 'origin', 'seq'],
  ['tombstone_dot', 'origin', 'seq'],
  ['entry', 'origin', 'seq'],
] as const

const newest = PLACES.map(
  ([table, origin, seq]) =>
    `SELECT * FROM (SELECT DISTINCT ${seq} AS seq FROM ${table}
     WHERE ${origin} = :origin AND ${seq} BETWEEN :low AND :high ORDER BY ${seq} DESC LIMIT ${STEP})`,
).join(' UNION ')

const within = (origin: string, seq: string): string =>
  `${origin} = :origin AND ${seq} BETWEEN :low AND :high`

const STATEMENTS = {
  seqs: `SELECT seq FROM (${newest}) ORDER BY seq DESC LIMIT ${STEP}`,
  names: `SELECT kind, id FROM record WHERE ${within('birth_origin', 'birth_seq')}
    UNION SELECT kind, id FROM record_group WHERE ${within('origin', 'seq')}
    UNION SELECT kind, id FROM quarantine WHERE ${within('origin', 'seq')}`,
  birth: 'SELECT birth_origin, birth_seq FROM record WHERE kind = :kind AND id = :id',
  groups: `SELECT * FROM record_group WHERE kind = :kind AND id = :id AND name NOT IN
      (SELECT name FROM quarantine WHERE kind = :kind AND id = :id)
    UNION ALL SELECT * FROM quarantine WHERE kind = :kind AND id = :id`,
  claims: `SELECT * FROM claim WHERE ${within('birth_origin', 'birth_seq')} OR ${within('origin', 'seq')}`,
  tombstones: `SELECT t.* FROM tombstone t JOIN
      (SELECT DISTINCT kind, id, birth_origin, birth_seq FROM tombstone_dot WHERE ${within('origin', 'seq')})
    USING (kind, id, birth_origin, birth_seq)`,
  dots: `SELECT origin, seq FROM tombstone_dot
    WHERE kind = :kind AND id = :id AND birth_origin = :birth_origin AND birth_seq = :birth_seq`,
  entries: `SELECT * FROM entry WHERE ${within('origin', 'seq')} ORDER BY seq, place`,
} as const

type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>

interface Found {
  readonly rows: Map<string, StoredRow>
  readonly claims: Map<string, StoredClaim>
  readonly tombstones: Map<string, StoredTombstone>
  readonly entries: StoredEntry[]
  readonly spans: StoredSpan[]
  bytes: number
}

export class SpanReader {
  readonly #run: Statements

  constructor(file: DatabaseSync) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, prepare(file, sql)])
    this.#run = Object.fromEntries(prepared) as Statements
  }

  read({ spans, maxBytes }: SpanQuery): SpanAnswer {
    const found: Found = {
      rows: new Map(),
      claims: new Map(),
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
      rows: [...rows.values()],
      claims: [...claims.values()],
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
    const bounds = { origin, low, high }
    for (const { kind, id } of this.#run.names.all(bounds)) {
      this.#takeRow(String(kind), String(id), found)
    }
    for (const columns of this.#run.claims.all(bounds)) {
      const claim = claimOf(columns)
      found.claims.set(claim.claim, claim)
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

  #takeRow(kind: string, id: string, found: Found): void {
    const key = `${kind}/${id}`
    if (found.rows.has(key)) return
    const birth = this.#run.birth.get({ kind, id })
    if (!birth) return
    const groups: StoredGroup[] = this.#run.groups.all({ kind, id }).map(groupOf)
    found.rows.set(key, { kind, id, birth: birthOf(birth), groups })
    const bodies = groups.map(({ body, unknown }) => body.length + (unknown?.length ?? 0))
    found.bytes += bodies.reduce((sum, bytes) => sum + bytes + ELEMENT_BYTES, ELEMENT_BYTES)
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
