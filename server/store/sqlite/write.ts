// From a batch to SQLite's rows, by statements prepared once. Runs inside the transaction that database.ts began.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  type ParkedGroup,
  type StoredClaim,
  type StoredEntry,
  type StoredGroup,
  type StoredHeard,
  type StoredName,
  type StoredRow,
  type StoredTombstone,
} from '../store.ts'

const STATEMENTS = {
  begin:
    'INSERT INTO meta (one, origin, seq, hlc, position, revision) VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  advance: `UPDATE meta SET origin = ?, seq = ?, hlc = ?, position = ?, revision = ?
    WHERE origin = ? AND seq = ? AND hlc = ? AND revision = ?`,
  row: `INSERT INTO record VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET birth_origin = excluded.birth_origin, birth_seq = excluded.birth_seq
    WHERE (birth_origin, birth_seq) <> (excluded.birth_origin, excluded.birth_seq)`,
  group: 'INSERT OR REPLACE INTO record_group VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  claim: 'INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  tombstone: 'INSERT INTO tombstone VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  tombstoneDot: 'INSERT INTO tombstone_dot VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  dropRow: 'DELETE FROM record WHERE kind = ? AND id = ?',
  dropGroups: 'DELETE FROM record_group WHERE kind = ? AND id = ?',
  dropClaim: 'DELETE FROM claim WHERE claim = ? AND birth_origin = ? AND birth_seq = ?',
  dropParked: 'DELETE FROM quarantine WHERE kind = ? AND id = ?',
  unpark: 'DELETE FROM quarantine WHERE kind = ? AND id = ? AND name = ?',
  park: 'INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  purge: 'DELETE FROM tombstone WHERE kind = ? AND id = ? AND birth_origin = ? AND birth_seq = ?',
  purgeDots:
    'DELETE FROM tombstone_dot WHERE kind = ? AND id = ? AND birth_origin = ? AND birth_seq = ?',
  head: 'INSERT OR REPLACE INTO head VALUES (?, ?)',
  dropGaps: 'DELETE FROM gap WHERE origin = ?',
  gap: 'INSERT INTO gap VALUES (?, ?, ?)',
  floor: `INSERT INTO floor VALUES (?, ?)
    ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)`,
  entry: `INSERT INTO entry (position, stream, subject, at_ms, origin, seq, place, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (origin, seq, place) DO NOTHING`,
} as const

type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>

export class Writer {
  readonly #run: Statements

  constructor(file: DatabaseSync) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, file.prepare(sql)])
    this.#run = Object.fromEntries(prepared) as Statements
  }

  /** Moves the meta row on; false when it is no longer what `after` says. */
  advance(meta: Meta, after: Meta | undefined): boolean {
    const { origin, seq, hlc, position, revision } = meta
    const row = [origin, seq, hlc, position, revision] as const
    const { changes } = after
      ? this.#run.advance.run(...row, after.origin, after.seq, after.hlc, after.revision)
      : this.#run.begin.run(...row)
    return Number(changes) === 1
  }

  /** Tombstones first: a claim may be released and claimed again in one batch. */
  write(batch: Batch): void {
    for (const tombstone of batch.tombstones) this.#bury(tombstone)
    for (const name of batch.gone ?? []) this.#drop(name)
    for (const row of batch.rows) this.#row(row)
    for (const claim of batch.claims) this.#claim(claim)
    for (const parked of batch.parked ?? []) this.#park(parked)
    for (const entry of batch.entries) this.#entry(entry)
    for (const name of batch.purged ?? []) this.#purge(name)
    for (const heard of batch.heard ?? []) this.#hear(heard)
    for (const { origin, seq } of batch.floors ?? []) this.#run.floor.run(origin, seq)
  }

  #row({ kind, id, birth, groups }: StoredRow): void {
    this.#run.row.run(kind, id, birth.origin, birth.seq)
    for (const group of groups) {
      this.#run.group.run(kind, id, ...columnsOf(group))
      this.#run.unpark.run(kind, id, group.name)
    }
  }

  #claim({ claim, holder, state, birth, version }: StoredClaim): void {
    const { epoch, hlc, origin, seq } = version
    const { claim: run } = this.#run
    run.run(claim, holder, state, birth.origin, birth.seq, epoch, hlc, origin, seq)
  }

  #bury({ kind, id, birth, dots, atMs }: StoredTombstone): void {
    this.#run.tombstone.run(kind, id, birth.origin, birth.seq, atMs)
    for (const { origin, seq } of dots) {
      this.#run.tombstoneDot.run(kind, id, birth.origin, birth.seq, origin, seq)
    }
    this.#drop({ kind, id, birth })
  }

  #drop({ kind, id, birth }: StoredName): void {
    if (kind === CLAIM_KIND) {
      this.#run.dropClaim.run(id, birth.origin, birth.seq)
    } else {
      this.#run.dropRow.run(kind, id)
      this.#run.dropGroups.run(kind, id)
      this.#run.dropParked.run(kind, id)
    }
  }

  #park({ kind, id, group }: ParkedGroup): void {
    this.#run.park.run(kind, id, ...columnsOf(group))
  }

  #purge({ kind, id, birth }: StoredName): void {
    this.#run.purge.run(kind, id, birth.origin, birth.seq)
    this.#run.purgeDots.run(kind, id, birth.origin, birth.seq)
  }

  #hear({ origin, head, gaps }: StoredHeard): void {
    this.#run.head.run(origin, head)
    this.#run.dropGaps.run(origin)
    for (const { low, high } of gaps) this.#run.gap.run(origin, low, high)
  }

  #entry({ position, stream, subject, atMs, dot, index, body }: StoredEntry): void {
    this.#run.entry.run(position, stream, subject, atMs, dot.origin, dot.seq, index, body)
  }
}

function columnsOf({ name, body, unknown, version, past }: StoredGroup) {
  const { epoch, hlc, origin, seq } = version
  const seen = past && JSON.stringify(past.map((dot) => [dot.origin, dot.seq]))
  return [name, body, unknown ?? null, epoch, hlc, origin, seq, seen ?? null] as const
}
