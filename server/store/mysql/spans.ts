// What is left of a range of one origin's transactions, by the keys on dots, as of one instant. Read from the newest down, in
// steps of a few transactions, until the answer is large enough (store/sqlite/spans.ts does the same with a file).

import { ELEMENT_BYTES, PLACES, STEP } from '../places.ts'
import type {
  SpanAnswer,
  SpanQuery,
  StoredClaim,
  StoredEntry,
  StoredSpan,
  StoredTombstone,
} from '../store.ts'
import {
  CLAIM,
  claimOf,
  ENTRY,
  entryOf,
  Gathering,
  NAME,
  PARKED,
  ROW,
  TOMBSTONE,
  tombstonesOf,
  Words,
} from './columns.ts'
import { SNAPSHOT } from './dialect.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'

const SPANS_MS = 15_000

interface Found {
  readonly words: Words
  readonly rows: Gathering
  readonly claims: Map<string, StoredClaim>
  readonly tombstones: Map<string, StoredTombstone>
  readonly entries: StoredEntry[]
  readonly spans: StoredSpan[]
  bytes: number
}

export async function readSpans(
  session: Session,
  { spans, maxBytes }: SpanQuery,
): Promise<SpanAnswer> {
  const words = new Words()
  const kept = { claims: new Map(), tombstones: new Map(), entries: [], spans: [] }
  const found: Found = { words, rows: new Gathering(words), ...kept, bytes: 0 }
  await session.ask(SNAPSHOT)
  for (const span of spans) {
    if (found.spans.length > 0 && found.bytes >= maxBytes) break
    found.spans.push({ ...span, low: await readSpan(session, { span, maxBytes, found }) })
  }
  await session.ask('COMMIT')
  const { rows, claims, tombstones, entries } = found
  return {
    rows: rows.rows,
    claims: [...claims.values()],
    tombstones: [...tombstones.values()],
    entries,
    spans: found.spans,
  }
}

interface Part {
  readonly span: StoredSpan
  readonly maxBytes: number
  readonly found: Found
}

/** Answers down to where it got. */
async function readSpan(session: Session, { span, maxBytes, found }: Part): Promise<number> {
  const { low } = span
  let top = span.high
  for (;;) {
    const [lines = []] = await session.ask(newest({ ...span, high: top }), SPANS_MS)
    const bottom = lines.length < STEP ? low : Number(lines.at(-1)?.[0] ?? low)
    if (lines.length > 0) await take(session, { ...span, low: bottom, high: top }, found)
    if (bottom <= low || found.bytes >= maxBytes) return bottom
    top = bottom - 1
  }
}

function newest(span: StoredSpan): string {
  const each = PLACES.map(
    ([table, origin, seq]) =>
      `(SELECT DISTINCT ${seq} AS seq FROM ${table} WHERE ${within(span, origin, seq)}
       ORDER BY ${seq} DESC LIMIT ${STEP})`,
  )
  return `SELECT seq FROM (${each.join(' UNION ')}) s ORDER BY seq DESC LIMIT ${STEP}`
}

async function take(session: Session, span: StoredSpan, found: Found): Promise<void> {
  const results = await session.ask(partsOf(span), SPANS_MS)
  const [rows = [], parked = [], claims = [], tombstones = [], entries = []] = results
  const { words, bytes } = found
  const fresh = rows.filter(([kind, id]) => !found.rows.has(String(kind), String(id)))
  for (const line of fresh) found.bytes += found.rows.add(line) + ELEMENT_BYTES
  for (const line of parked) found.rows.park(line)
  for (const claim of claims.map((line) => claimOf(line, words))) {
    const { birth } = claim
    found.claims.set(`${claim.claim}/${birth.origin}/${birth.seq}`, claim)
    found.bytes += ELEMENT_BYTES
  }
  for (const tombstone of tombstonesOf(tombstones)) {
    const { kind, id, birth } = tombstone
    found.tombstones.set(`${kind}/${id}/${birth.origin}/${birth.seq}`, tombstone)
    found.bytes += ELEMENT_BYTES
  }
  for (const entry of entries.map(entryOf)) {
    found.entries.push(entry)
    found.bytes += ELEMENT_BYTES + entry.body.length
  }
  if (found.bytes === bytes) found.bytes++ // something was there
}

function partsOf(span: StoredSpan): string {
  const [born, written] = [within(span, 'birth_origin', 'birth_seq'), within(span, 'origin', 'seq')]
  const names = `(SELECT kind, id FROM record WHERE ${born}
    UNION SELECT kind, id FROM record_group WHERE ${written}
    UNION SELECT kind, id FROM quarantine WHERE ${written})`
  return [
    `SELECT ${ROW} FROM ${names} n JOIN record r USING (kind, id)
     LEFT JOIN record_group g ON g.kind = r.kind AND g.id = r.id`,
    `SELECT ${PARKED} FROM ${names} n JOIN quarantine g USING (kind, id)`,
    `SELECT ${CLAIM} FROM claim g WHERE (${born}) OR (${written})`,
    `SELECT ${TOMBSTONE} FROM (SELECT DISTINCT ${NAME} FROM tombstone_dot WHERE ${written}) n
     JOIN tombstone t USING (${NAME}) LEFT JOIN tombstone_dot d USING (${NAME})`,
    `SELECT ${ENTRY} FROM entry WHERE ${written} ORDER BY seq, place`,
  ].join(';')
}

const within = ({ origin: of, low, high }: StoredSpan, origin: string, seq: string): string =>
  `${origin} = ${sql`${of}`} AND ${seq} BETWEEN ${low} AND ${high}`
