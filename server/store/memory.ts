// A store without a disk, for tests of everything above it. It keeps and refuses exactly what a database would, and a
// test can make it fail or hold a commit back. `reopen` shows what would be there after a crash.

import { type ErrorCode, SkeinError } from '#protocol/errors.ts'
import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  type Store,
  type StoredClaim,
  type StoredEntry,
  type StoredRow,
  type StoredTombstone,
  type StreamQuery,
  type Sweep,
} from './store.ts'

/** What survives a crash. */
class Disk {
  meta: Meta | undefined
  readonly rows = new Map<string, StoredRow>()
  readonly tombstones = new Map<string, StoredTombstone>()
  readonly claims = new Map<string, StoredClaim>()
  readonly entries: StoredEntry[] = []
}

export class MemoryStore implements Store {
  readonly #disk: Disk
  #failure: ErrorCode | undefined
  #held: PromiseWithResolvers<void> | undefined
  /** How many commits were made or refused. */
  commits = 0

  constructor(disk = new Disk()) {
    this.#disk = disk
  }

  async *load(): AsyncIterable<Batch> {
    const { meta, rows, tombstones, claims } = this.#disk
    if (!meta) return
    yield {
      meta,
      rows: structuredClone([...rows.values()]),
      tombstones: structuredClone([...tombstones.values()]),
      claims: structuredClone([...claims.values()]),
      entries: [],
    }
  }

  async commit(batch: Batch, after: Meta | undefined): Promise<void> {
    this.commits++
    await this.#held?.promise
    if (this.#failure) {
      const code = this.#failure
      this.#failure = undefined
      throw new SkeinError(code, { reason: 'a test asked for it' })
    }
    const { meta } = this.#disk
    if (meta?.origin !== after?.origin || meta?.seq !== after?.seq) {
      throw new SkeinError('store_failed', { reason: 'another process has written' })
    }
    write(this.#disk, structuredClone(batch))
  }

  async readStream({ stream, subject, before, limit }: StreamQuery): Promise<StoredEntry[]> {
    return this.#disk.entries
      .filter((entry) => entry.stream === stream && entry.position < (before ?? Infinity))
      .filter((entry) => subject === undefined || entry.subject === subject)
      .reverse()
      .slice(0, limit)
  }

  async sweep(cut: Sweep): Promise<number> {
    const { entries } = this.#disk
    const gone = new Set(entries.filter((entry) => isSwept(entry, cut)).slice(0, cut.limit))
    entries.splice(0, entries.length, ...entries.filter((entry) => !gone.has(entry)))
    return gone.size
  }

  async close(): Promise<void> {}

  /** The next commit fails with this code; without one it does not. */
  failNext(code: 'store_full' | 'store_failed' | undefined): void {
    this.#failure = code
  }

  /** Commits wait until the answer is called. */
  hold(): () => void {
    const held = Promise.withResolvers<void>()
    this.#held = held
    return () => {
      this.#held = undefined
      held.resolve()
    }
  }

  /** What another process would find. */
  reopen(): MemoryStore {
    return new MemoryStore(this.#disk)
  }
}

export function openMemoryStore(): MemoryStore {
  return new MemoryStore()
}

function isSwept({ stream, atMs, dot, index }: StoredEntry, cut: Sweep): boolean {
  if (stream !== cut.stream) return false
  if ('beforeMs' in cut) return atMs < cut.beforeMs
  const { origin, upTo } = cut
  if (dot.origin !== origin) return false
  return dot.seq < upTo.seq || (dot.seq === upTo.seq && index <= upTo.index)
}

function write(disk: Disk, { meta, rows, tombstones, claims, entries }: Batch): void {
  disk.meta = meta
  for (const tombstone of tombstones) bury(disk, tombstone)
  for (const row of rows) {
    const key = `${row.kind}/${row.id}`
    const groups = new Map(disk.rows.get(key)?.groups.map((group) => [group.name, group]))
    for (const group of row.groups) groups.set(group.name, group)
    disk.rows.set(key, { ...row, groups: [...groups.values()] })
  }
  for (const claim of claims) disk.claims.set(claim.claim, claim)
  disk.entries.push(...entries)
}

function bury(disk: Disk, tombstone: StoredTombstone): void {
  const { kind, id, birth } = tombstone
  disk.tombstones.set(`${kind}/${id}/${birth.origin}/${birth.seq}`, tombstone)
  if (kind !== CLAIM_KIND) disk.rows.delete(`${kind}/${id}`)
  else if (disk.claims.get(id)?.birth.seq === birth.seq) disk.claims.delete(id)
}
