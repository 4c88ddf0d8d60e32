// Whether databases of several peers hold the same: which writes are in force, which names are taken by whom, and what the
// audit has. A write is named by its stamp, so values need not be compared; peers of two versions lay them out differently.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What waits for its time stands in for what it will replace: at the peer that wrote it, it does so already. */
const LINES = `
  SELECT kind || '/' || id || ' ' || name AS key, epoch || '/' || hlc || '/' || origin || '/' || seq AS line
  FROM (SELECT *, 1 AS rank FROM quarantine UNION ALL SELECT *, 0 AS rank FROM shown)
  GROUP BY kind, id, name HAVING rank = max(rank)
  UNION ALL
  SELECT 'claim ' || claim, holder || ' ' || birth_origin || '/' || birth_seq FROM claim
  UNION ALL
  SELECT 'audit ' || origin || '/' || seq || '/' || place, subject FROM entry WHERE stream = 'audit'
  ORDER BY 1`
const COLUMNS = 'kind, id, name, epoch, hlc, origin, seq'
const WITH = `WITH shown AS (SELECT ${COLUMNS} FROM record_group),
  quarantine AS (SELECT ${COLUMNS} FROM main.quarantine)`

function query(data: string, sql: string): readonly Record<string, unknown>[] {
  const file = new DatabaseSync(join(data, 'state.db'), { readOnly: true })
  try {
    return file.prepare(sql).all()
  } finally {
    file.close()
  }
}

const linesOf = (data: string): readonly string[] =>
  query(data, `${WITH} ${LINES}`).map(({ key, line }) => `${key} ${line}`)

/** `data` are data folders of peers that may go on writing. */
export function haveSameRecords(data: readonly string[]): boolean {
  return new Set(data.map((folder) => linesOf(folder).join('\n'))).size === 1
}

/** What two folders do not have in common, for whoever asks why. */
export function differenceOf(a: string, b: string): readonly string[] {
  const [ours, theirs] = [new Set(linesOf(a)), new Set(linesOf(b))]
  return [
    ...[...ours].filter((line) => !theirs.has(line)).map((line) => `- ${line}`),
    ...[...theirs].filter((line) => !ours.has(line)).map((line) => `+ ${line}`),
  ]
}

export const tombstonesIn = (data: string): number =>
  Number(query(data, 'SELECT count(*) AS count FROM tombstone')[0]?.count)
