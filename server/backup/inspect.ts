// What is in a database file that nobody else has open: to be written into a backup's header and compared after every
// copy of it.

import { DatabaseSync } from 'node:sqlite'
import { SkeinError } from '#protocol/errors.ts'
import { hlcMs } from '../records/hlc.ts'
import type { Contents } from './format.ts'

/** Rows of what is no kind of record, by the table that holds them. */
const OTHERS = ['claim', 'tombstone'] as const

/** Throws `backup_damaged` when SQLite finds a fault, or when it is no database of ours. */
export function inspectDatabase(path: string): Contents {
  try {
    using file = new DatabaseSync(path, { readOnly: true })
    assertSound(file)
    return contentsOf(file)
  } catch (error) {
    if (error instanceof SkeinError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new SkeinError('backup_damaged', { reason: `its database: ${reason}` }, error)
  }
}

function assertSound(file: DatabaseSync): void {
  const [first] = file.prepare('PRAGMA integrity_check(1)').all()
  const said = String(first?.integrity_check)
  if (said !== 'ok') throw new SkeinError('backup_damaged', { reason: `its database: ${said}` })
}

function contentsOf(file: DatabaseSync): Contents {
  const meta = one(file, 'SELECT origin, seq, hlc FROM meta')
  if (!meta) throw new Error('it was never written to')
  const newest = one(file, 'SELECT max(hlc) AS hlc FROM record_group')?.hlc
  return {
    cluster: clusterOf(file),
    origin: String(meta.origin),
    seq: Number(meta.seq),
    hlc: String(meta.hlc),
    newestMs: typeof newest === 'bigint' ? hlcMs(newest) : 0,
    counts: countsOf(file),
  }
}

function countsOf(file: DatabaseSync): Record<string, number> {
  const counts: Record<string, number> = {}
  const kinds = file.prepare('SELECT kind, count(*) AS n FROM record GROUP BY kind ORDER BY kind')
  for (const { kind, n } of kinds.all()) counts[String(kind)] = Number(n)
  for (const table of OTHERS)
    counts[table] = Number(one(file, `SELECT count(*) AS n FROM ${table}`)?.n)
  const streams = file.prepare('SELECT stream, count(*) AS n FROM entry GROUP BY stream')
  for (const { stream, n } of streams.all()) counts[`${stream} entries`] = Number(n)
  return counts
}

/** The setting that marks everything of the cluster on an engine; empty before the first start is through. */
function clusterOf(file: DatabaseSync): string {
  const body = one(
    file,
    `SELECT g.body FROM claim c JOIN record_group g ON g.kind = 'setting' AND g.id = c.holder AND g.name = 'value'
     WHERE c.claim = 'setting:cluster-id'`,
  )?.body
  const parsed: unknown = typeof body === 'string' ? JSON.parse(body) : undefined
  const isGroup = typeof parsed === 'object' && parsed !== null && 'value' in parsed
  return isGroup ? String(parsed.value) : ''
}

function one(file: DatabaseSync, sql: string) {
  const statement = file.prepare(sql)
  statement.setReadBigInts(true)
  return statement.get()
}

/** What differs between two, as a sentence; nothing when they are equal. */
export function differenceOf(wanted: Contents, found: Contents): string | undefined {
  for (const key of ['cluster', 'origin', 'seq', 'hlc', 'newestMs'] as const) {
    if (wanted[key] !== found[key]) return `${key} is ${found[key]} and not ${wanted[key]}`
  }
  for (const kind of new Set([...Object.keys(wanted.counts), ...Object.keys(found.counts)])) {
    const [should, is] = [wanted.counts[kind] ?? 0, found.counts[kind] ?? 0]
    if (should !== is) return `there are ${is} of ${kind} and not ${should}`
  }
  return undefined
}
