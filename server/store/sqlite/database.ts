// One SQLite file, used by one thread. Synchronous: it runs in the worker, where waiting for a disk holds up nothing
// but the next commit.

import { DatabaseSync } from 'node:sqlite'
import { SkeinError } from '#protocol/errors.ts'
import type { Batch, Meta, SpanQuery, StoredEntry, StreamQuery, Sweep } from '../store.ts'
import { migrate } from './migrate.ts'
import type { PackedBatch, PackedSpans } from './packed.ts'
import {
  readClaims,
  readEntries,
  readFloors,
  readHeard,
  readMeta,
  readParked,
  readRows,
  readTombstones,
} from './read.ts'
import { SpanReader } from './spans.ts'
import { sweepEntries } from './sweep.ts'
import { Writer } from './write.ts'

/** Another process that reads the file (a backup) may hold a commit up for so long, milliseconds. */
const BUSY_TIMEOUT_MS = 5000

const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  -- A commit is on disk when it returns: with NORMAL a power cut takes back what was acknowledged.
  PRAGMA synchronous = FULL;
  -- Bytes of log kept after a checkpoint, so that one large transaction does not hold its space for ever.
  PRAGMA journal_size_limit = 67108864;
  -- KiB of page cache. Rows are read once, at start, so only inner pages of the indexes matter.
  PRAGMA cache_size = -8192;
  PRAGMA trusted_schema = OFF;
`

export class Database {
  readonly #file: DatabaseSync
  readonly #writer: Writer
  #spans: SpanReader | undefined

  /** Throws `schema_newer`, `schema_altered` or SQLite's own errors. */
  constructor(path: string, migrations: URL) {
    this.#file = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    try {
      this.#file.exec(PRAGMAS)
      migrate(this.#file, migrations)
      this.#writer = new Writer(this.#file)
    } catch (error) {
      this.#file.close()
      throw error
    }
  }

  meta(): Meta | undefined {
    return readMeta(this.#file)
  }

  *load(): Generator<PackedBatch> {
    const meta = this.meta()
    if (!meta) return
    const empty = { meta, tombstones: [], entries: [] }
    yield empty
    for (const rows of readRows(this.#file)) yield { ...empty, rows }
    for (const tombstones of readTombstones(this.#file)) yield { ...empty, tombstones }
    for (const claims of readClaims(this.#file)) yield { ...empty, claims }
    const parked = readParked(this.#file)
    yield { ...empty, heard: readHeard(this.#file), floors: readFloors(this.#file), parked }
  }

  /** Throws SQLite's own errors (failure.ts says what they mean), or `store_moved` when another has written. */
  commit(batch: Batch, after: Meta | undefined): void {
    this.#file.exec('BEGIN IMMEDIATE')
    try {
      if (!this.#writer.advance(batch.meta, after)) {
        throw new SkeinError('store_moved')
      }
      this.#writer.write(batch)
      this.#file.exec('COMMIT')
    } catch (error) {
      if (this.#file.isTransaction) this.#file.exec('ROLLBACK')
      throw error
    }
  }

  readStream(query: StreamQuery): StoredEntry[] {
    return readEntries(this.#file, query)
  }

  sweep(cut: Sweep): number {
    return sweepEntries(this.#file, cut)
  }

  readSpans(query: SpanQuery): PackedSpans {
    this.#spans ??= new SpanReader(this.#file)
    return this.#spans.read(query)
  }

  close(): void {
    this.#file.close()
  }
}
