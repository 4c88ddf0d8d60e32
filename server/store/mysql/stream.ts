// Streams: read from their newest end, and swept of what is too old.

import type { StoredEntry, StreamQuery, Sweep } from '../store.ts'
import { REMEMBERED_COMMITS, REMEMBERED_MS } from '../store.ts'
import { ENTRY, entryOf } from './columns.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'

/** Thousands of entries go at once, ms. */
const SWEEP_MS = 30_000
/** Of one statement, so that commits get in between. */
const FORGOTTEN_AT_ONCE = 5000

export async function readStream(session: Session, query: StreamQuery): Promise<StoredEntry[]> {
  const { stream, subject, before = Number.MAX_SAFE_INTEGER, limit } = query
  const ofSubject = subject === undefined ? '' : sql`AND subject = ${subject}`
  const [lines = []] = await session.ask(
    `SELECT ${ENTRY} FROM entry WHERE ${sql`stream = ${stream}`} ${ofSubject}
     ${sql`AND position < ${before} ORDER BY position DESC LIMIT ${limit}`}`,
  )
  return lines.map(entryOf)
}

/** Answers how many went. */
export async function sweepEntries(session: Session, cut: Sweep): Promise<number> {
  await session.ask(sweepOf(cut), SWEEP_MS)
  const [counts = []] = await session.ask('SELECT ROW_COUNT()')
  return Number(counts[0]?.[0] ?? 0)
}

function sweepOf(cut: Sweep): string {
  const { stream, limit } = cut
  if ('beforeMs' in cut) {
    return sql`DELETE FROM entry WHERE stream = ${stream} AND at_ms < ${cut.beforeMs}
      ORDER BY at_ms LIMIT ${limit}`
  }
  const { origin, upTo } = cut
  return sql`DELETE FROM entry WHERE origin = ${origin} AND stream = ${stream}
    AND (seq < ${upTo.seq} OR (seq = ${upTo.seq} AND place <= ${upTo.index}))
    ORDER BY seq, place LIMIT ${limit}`
}

/**
 * What is remembered of commits, for a day or some hundred thousand; the newest always is. Removals go when no commit is
 * left from before them: who has seen such a one is told to load anew.
 */
export async function forgetCommits(session: Session, revision: number): Promise<void> {
  const upTo = Math.max(0, revision - REMEMBERED_COMMITS)
  const seconds = Math.round(REMEMBERED_MS / 1000)
  await session.ask(
    `DELETE FROM commits WHERE revision < ${revision} AND
       (revision <= ${upTo} OR at_s < UNIX_TIMESTAMP() - ${seconds})
     ORDER BY revision LIMIT ${FORGOTTEN_AT_ONCE}`,
    SWEEP_MS,
  )
  await session.ask(
    `DELETE FROM removal WHERE revision <= (SELECT MIN(revision) FROM commits)
     ORDER BY revision LIMIT ${FORGOTTEN_AT_ONCE}`,
    SWEEP_MS,
  )
}
