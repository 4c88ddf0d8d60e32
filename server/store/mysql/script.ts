// A commit as one text of statements: the one row first, which every other commit then waits for, and the note of the commit,
// which refuses when that row was another by then. The server stops at the first statement that fails, and whatever
// does fail, nothing is kept.

import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  type StoredGroup,
  type StoredHeard,
  type StoredName,
  type StoredTombstone,
} from '../store.ts'
import { anyOf, sql, tuples, type Value } from './sql.ts'

/** Lines of one statement. Statements of any length would be parsed; those of some hundred lines are, without much memory. */
const LINES = 250
const STATEMENT_CHARS = 256 * 1024
/** `migrations/mysql/0001_records.sql`: the commit that is none. */
const NO_COMMIT = '18446744073709551615'

type Tuple = readonly Value[]

export interface Commit {
  readonly batch: Batch
  readonly after: Meta | undefined
  readonly token: Uint8Array
  /** Whether there may be groups in quarantine. Mostly there are none, and to look for some costs as much as a write. */
  readonly mayUnpark: boolean
  /** Which server is written to (`dialect.ts`). */
  readonly server: string
}

/** Without `COMMIT`. */
export function* statementsOf(commit: Commit): Generator<string> {
  const { batch, token, mayUnpark } = commit
  yield 'START TRANSACTION'
  yield advance(commit)
  yield note(batch.meta, token)
  const { revision } = batch.meta
  yield* bury(batch.tombstones, revision, mayUnpark)
  yield* drop(batch.gone ?? [], mayUnpark)
  yield* remove('gone', batch.gone ?? [], revision)
  yield* writeRows(batch, revision, mayUnpark)
  yield* insert(
    `REPLACE INTO claim VALUES`,
    batch.claims.map((one) => {
      const { claim, holder, state, birth, version } = one
      const { epoch, hlc, origin, seq } = version
      return [claim, holder, state, birth.origin, birth.seq, epoch, hlc, origin, seq, revision]
    }),
  )
  yield* insert(
    `REPLACE INTO quarantine VALUES`,
    (batch.parked ?? []).map(({ kind, id, group }) => [kind, id, ...columnsOf(group), revision]),
  )
  yield* insert(
    'INSERT INTO entry VALUES',
    batch.entries.map(({ position, stream, subject, atMs, dot, index, body }) => [
      position,
      stream,
      subject,
      atMs,
      dot.origin,
      dot.seq,
      index,
      body,
      revision,
    ]),
    'ON DUPLICATE KEY UPDATE place = entry.place',
  )
  yield* purge(batch.purged ?? [], revision)
  yield* hear(batch.heard ?? [], revision)
  yield* insert(
    'INSERT INTO floor VALUES',
    (batch.floors ?? []).map(({ origin, seq }) => [origin, seq, revision]),
    'ON DUPLICATE KEY UPDATE revision = VALUES(revision), seq = GREATEST(floor.seq, VALUES(seq))',
  )
}

/** Under one origin by one server; a new origin is for another. */
function advance({ batch, after, server }: Commit): string {
  const { origin, seq, hlc, position, revision } = batch.meta
  if (!after) {
    return sql`INSERT IGNORE INTO meta VALUES (1, ${origin}, ${seq}, ${hlc}, ${position}, ${revision}, ${server})`
  }
  const same = sql`AND server IN ('', ${server})`
  return sql`UPDATE meta SET origin = ${origin}, seq = ${seq}, hlc = ${hlc}, position = ${position}, revision = ${revision},
    server = ${server} WHERE one = 1 AND origin = ${after.origin} AND seq = ${after.seq} AND hlc = ${after.hlc}
    AND revision = ${after.revision} `.concat(origin === after.origin && server !== '' ? same : '')
}

/** Whether the row was changed is asked of the server in the same breath: without, its number is there already. */
function note({ origin, seq, hlc, revision }: Meta, token: Uint8Array): string {
  return `INSERT INTO commits SELECT IF(ROW_COUNT() = 1, ${revision}, ${NO_COMMIT}), ${sql`${token}, ${origin}, ${seq}, ${hlc}`},
    UNIX_TIMESTAMP()`
}

function* writeRows({ rows }: Batch, revision: number, mayUnpark: boolean): Generator<string> {
  yield* insert(
    'REPLACE INTO record VALUES',
    rows.map(({ kind, id, birth }) => [kind, id, birth.origin, birth.seq, revision]),
  )
  const groups = rows.flatMap(({ kind, id, groups }) =>
    groups.map((group) => [kind, id, ...columnsOf(group), revision]),
  )
  yield* insert('REPLACE INTO record_group VALUES', groups)
  if (mayUnpark) yield* where('DELETE FROM quarantine', ['kind', 'id', 'name'], groups)
}

/** Tombstones, and what they name goes. */
function* bury(
  tombstones: readonly StoredTombstone[],
  revision: number,
  mayUnpark: boolean,
): Generator<string> {
  yield* insert(
    'INSERT INTO tombstone VALUES',
    tombstones.map((one) => [...nameOf(one), one.atMs, revision]),
    'ON DUPLICATE KEY UPDATE revision = VALUES(revision)',
  )
  const dots = tombstones.flatMap((one) =>
    one.dots.map(({ origin, seq }) => [...nameOf(one), origin, seq]),
  )
  yield* insert('INSERT IGNORE INTO tombstone_dot VALUES', dots)
  yield* drop(tombstones, mayUnpark)
}

function* drop(names: readonly StoredName[], mayUnpark: boolean): Generator<string> {
  const claims = names.filter(({ kind }) => kind === CLAIM_KIND)
  const rows = names.filter(({ kind }) => kind !== CLAIM_KIND).map(({ kind, id }) => [kind, id])
  yield* where(
    'DELETE FROM claim',
    ['claim', 'birth_origin', 'birth_seq'],
    claims.map(({ id, birth }) => [id, birth.origin, birth.seq]),
  )
  const tables = ['record', 'record_group', ...(mayUnpark ? ['quarantine'] : [])]
  for (const table of tables) {
    yield* where(`DELETE FROM ${table}`, ['kind', 'id'], rows)
  }
}

function* purge(names: readonly StoredName[], revision: number): Generator<string> {
  for (const table of ['tombstone', 'tombstone_dot']) {
    yield* where(
      `DELETE FROM ${table}`,
      ['kind', 'id', 'birth_origin', 'birth_seq'],
      names.map(nameOf),
    )
  }
  yield* remove('purged', names, revision)
}

function* remove(
  how: 'gone' | 'purged',
  names: readonly StoredName[],
  revision: number,
): Generator<string> {
  yield* insert(
    'REPLACE INTO removal VALUES',
    names.map((name) => [revision, ...nameOf(name), how]),
  )
}

function* hear(heard: readonly StoredHeard[], revision: number): Generator<string> {
  yield* insert(
    'REPLACE INTO head VALUES',
    heard.map(({ origin, head }) => [origin, head, revision]),
  )
  yield* where(
    'DELETE FROM gap',
    ['origin'],
    heard.map(({ origin }) => [origin]),
  )
  const gaps = heard.flatMap(({ origin, gaps }) => gaps.map(({ low, high }) => [origin, low, high]))
  yield* insert('INSERT INTO gap VALUES', gaps)
}

function* insert(into: string, lines: readonly Tuple[], then = ''): Generator<string> {
  let parts: string[] = []
  let length = 0
  for (const line of lines) {
    const part = tuples([line])
    if (parts.length >= LINES || (length > 0 && length + part.length > STATEMENT_CHARS)) {
      yield `${into} ${parts.join(',')} ${then}`
      parts = []
      length = 0
    }
    parts.push(part)
    length += part.length
  }
  if (parts.length > 0) yield `${into} ${parts.join(',')} ${then}`
}

function* where(
  what: string,
  columns: readonly string[],
  lines: readonly Tuple[],
): Generator<string> {
  for (let at = 0; at < lines.length; at += LINES) {
    yield `${what} WHERE ${anyOf(columns, lines.slice(at, at + LINES))}`
  }
}

const nameOf = ({ kind, id, birth }: StoredName): Tuple => [kind, id, birth.origin, birth.seq]

function columnsOf({ name, body, unknown, version, past }: StoredGroup): Tuple {
  const { epoch, hlc, origin, seq } = version
  const seen = past && JSON.stringify(past.map((dot) => [dot.origin, dot.seq]))
  return [name, body, unknown, epoch, hlc, origin, seq, seen]
}

/** Texts of some hundred kilobytes, each sent by itself: a server refuses more at once than it was told to take. */
export function* packed(statements: Iterable<string>, maxBytes: number): Generator<string> {
  let text = ''
  for (const statement of statements) {
    if (text !== '' && text.length + statement.length + 1 > maxBytes) {
      yield text
      text = ''
    }
    text = text === '' ? statement : `${text};${statement}`
  }
  if (text !== '') yield text
}
