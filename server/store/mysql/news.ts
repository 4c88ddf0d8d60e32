// What others have committed since: everything with a higher revision, of one instant, by one question with many parts. It
// costs what there is, by the keys on revisions.

import { type Batch, isSameMeta, MAX_NEWS, type Meta, NEWS_BATCH, type News } from '../store.ts'
import {
  CLAIM,
  claimOf,
  ENTRY,
  entryOf,
  Gathering,
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
import { floorOf, heardOf, parkedOf } from './load.ts'
import type { Line, Results, Session } from './session.ts'
import { sql } from './sql.ts'

const NEWS_MS = 30_000

export async function readNews(session: Session, after: Meta): Promise<News> {
  const [[line] = [], [seen] = [], [oldest] = [], ...results] = await session.ask(
    newsSince(after.revision),
    NEWS_MS,
  )
  const meta = metaOf(line)
  const server = String(line?.[5] ?? '')
  // By the word of another server nothing is known of what that one acknowledged last.
  const isOther = server !== '' && session.server.id !== '' && server !== session.server.id
  if (!meta || isOther || meta.origin !== after.origin || meta.revision < after.revision) {
    return { kind: 'back', meta }
  }
  const commit = metaOf(seen)
  if (commit && !isSameMeta(commit, after)) return { kind: 'back', meta }
  // Swept with what was removed since; or, above what was swept, a commit that never was one here.
  const isSwept = !commit && after.revision < Number(oldest?.[0] ?? 0)
  if (!commit) return isSwept ? { kind: 'reload' } : { kind: 'back', meta }
  if (isSameMeta(meta, after)) return { kind: 'news', meta, batches: [] }
  return newsOf(meta, results)
}

/** One more than there may be, to see that there are. */
const LIMIT = MAX_NEWS + 1

function newsSince(revision: number): string {
  const since = sql`revision > ${revision}`
  const removed = (how: string, table: string) =>
    `SELECT ${textOf('r.kind')}, ${textOf('r.id')}, ${textOf('r.birth_origin')}, r.birth_seq FROM removal r
     WHERE r.${since} AND r.how = '${how}' ${table} LIMIT ${LIMIT}`
  /** Buried again since: that it was forgotten once is no news. */
  const unlessThere = `AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.kind = r.kind AND t.id = r.id
    AND t.birth_origin = r.birth_origin AND t.birth_seq = r.birth_seq)`
  return [
    SNAPSHOT,
    META,
    `SELECT ${textOf('origin')}, seq, hlc, 0, revision FROM commits WHERE revision = ${revision}`,
    'SELECT MIN(revision) FROM commits',
    `SELECT ${TOMBSTONE} FROM (SELECT * FROM tombstone WHERE ${since} LIMIT ${LIMIT}) t
     LEFT JOIN tombstone_dot d USING (${NAME})`,
    removed('gone', ''),
    removed('purged', unlessThere),
    `SELECT ${ROW} FROM (SELECT * FROM record WHERE ${since} LIMIT ${LIMIT}) r
     LEFT JOIN record_group g ON g.kind = r.kind AND g.id = r.id AND g.${since}`,
    `SELECT ${CLAIM} FROM claim g WHERE g.${since} LIMIT ${LIMIT}`,
    `SELECT ${PARKED} FROM quarantine g WHERE g.${since} LIMIT ${LIMIT}`,
    `SELECT ${ENTRY} FROM entry WHERE ${since} ORDER BY position LIMIT ${LIMIT}`,
    `SELECT ${textOf('origin')}, seq FROM head WHERE ${since}`,
    `SELECT ${textOf('g.origin')}, g.low, g.high FROM gap g JOIN head h USING (origin) WHERE h.${since} ORDER BY g.low`,
    `SELECT ${textOf('origin')}, seq FROM floor WHERE ${since}`,
    'COMMIT',
  ].join(';')
}

function newsOf(meta: Meta, results: Results): News {
  const [tombstones = [], gone = [], purged = [], rows = [], claims = []] = results
  const [parked = [], entries = [], heads = [], gaps = [], floors = []] = results.slice(5)
  const words = new Words()
  const gathering = new Gathering(words)
  for (const line of rows) gathering.add(line)
  const whole = {
    meta,
    tombstones: tombstonesOf(tombstones),
    gone: gone.map(nameOf),
    rows: gathering.rows,
    claims: claims.map((line) => claimOf(line, words)),
    parked: parked.map((line) => parkedOf(line, words)),
    entries: entries.map(entryOf),
    purged: purged.map(nameOf),
    heard: heardOf(heads, gaps),
    floors: floors.map(floorOf),
  }
  const counts = [whole.tombstones, gone, purged, whole.rows, claims, parked, entries]
  const count = counts.reduce((all, { length }) => all + length, 0)
  if (count > MAX_NEWS) return { kind: 'reload' }
  return { kind: 'news', meta, batches: batchesOf(whole) }
}

/** Removals first, what closes a commit last, rows and entries in between in several. */
function batchesOf(whole: Required<Batch>): Batch[] {
  const { meta, tombstones, gone, rows, claims, parked, entries, purged, heard, floors } = whole
  const empty = { meta, rows: [], tombstones: [], claims: [], entries: [] }
  const parts = Math.ceil(Math.max(rows.length, entries.length) / NEWS_BATCH)
  const slices = Array.from({ length: parts }, (_, i): Batch => {
    const [from, to] = [i * NEWS_BATCH, (i + 1) * NEWS_BATCH]
    return { ...empty, rows: rows.slice(from, to), entries: entries.slice(from, to) }
  })
  const last = { ...empty, claims, parked, purged, heard, floors }
  if (slices.length > 1) return [{ ...empty, tombstones, gone }, ...slices, last]
  return [{ ...last, tombstones, gone, rows, entries }]
}

const nameOf = ([kind, id, origin, seq]: Line) => ({
  kind: String(kind),
  id: String(id),
  birth: { origin: String(origin), seq: Number(seq) },
})
