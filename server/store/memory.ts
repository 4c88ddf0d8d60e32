// A store without a disk, for tests of everything above it. It keeps and refuses exactly what a database would, and a
// test can make it fail or hold a commit back. `reopen` shows what would be there after a crash.

import { type ErrorCode, SkeinError } from '#protocol/errors.ts'
import type { Dot } from '../records/records.ts'
import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  type ParkedGroup,
  type SpanAnswer,
  type SpanQuery,
  type Store,
  type StoredClaim,
  type StoredEntry,
  type StoredFloor,
  type StoredHeard,
  type StoredName,
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
  readonly parked = new Map<string, ParkedGroup>()
  readonly heard = new Map<string, StoredHeard>()
  readonly floors = new Map<string, StoredFloor>()
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
    const { meta, rows, tombstones, claims, heard, floors, parked } = this.#disk
    if (!meta) return
    yield {
      meta,
      rows: structuredClone([...rows.values()]),
      tombstones: structuredClone([...tombstones.values()]),
      claims: structuredClone([...claims.values()]),
      entries: [],
      heard: structuredClone([...heard.values()]),
      floors: [...floors.values()],
      parked: structuredClone([...parked.values()]),
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
    if (meta?.origin !== after?.origin || meta?.seq !== after?.seq || meta?.hlc !== after?.hlc) {
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

  async readSpans(query: SpanQuery): Promise<SpanAnswer> {
    return structuredClone(readSpans(this.#disk, query))
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

function write(disk: Disk, batch: Batch): void {
  disk.meta = batch.meta
  for (const tombstone of batch.tombstones) bury(disk, tombstone)
  for (const name of batch.gone ?? []) drop(disk, name)
  for (const row of batch.rows) writeRow(disk, row)
  for (const claim of batch.claims) disk.claims.set(nameKey(nameOf(claim)), claim)
  for (const parked of batch.parked ?? []) {
    disk.parked.set(`${parked.kind}/${parked.id}/${parked.group.name}`, parked)
  }
  const there = new Set(disk.entries.map(entryKey))
  disk.entries.push(...batch.entries.filter((entry) => !there.has(entryKey(entry))))
  for (const name of batch.purged ?? []) disk.tombstones.delete(nameKey(name))
  for (const heard of batch.heard ?? []) disk.heard.set(heard.origin, heard)
  for (const floor of batch.floors ?? []) disk.floors.set(floor.origin, floor)
}

function writeRow(disk: Disk, row: StoredRow): void {
  const key = `${row.kind}/${row.id}`
  const groups = new Map(disk.rows.get(key)?.groups.map((group) => [group.name, group]))
  for (const group of row.groups) {
    groups.set(group.name, group)
    disk.parked.delete(`${key}/${group.name}`)
  }
  disk.rows.set(key, { ...row, groups: [...groups.values()] })
}

function bury(disk: Disk, tombstone: StoredTombstone): void {
  const before = disk.tombstones.get(nameKey(tombstone))
  const dots = new Map(
    [...(before?.dots ?? []), ...tombstone.dots].map((dot) => [dotKey(dot), dot]),
  )
  disk.tombstones.set(nameKey(tombstone), { ...(before ?? tombstone), dots: [...dots.values()] })
  drop(disk, tombstone)
}

function drop(disk: Disk, { kind, id, birth }: StoredName): void {
  if (kind === CLAIM_KIND) {
    disk.claims.delete(nameKey({ kind, id, birth }))
    return
  }
  disk.rows.delete(`${kind}/${id}`)
  for (const [key, parked] of disk.parked) {
    if (parked.kind === kind && parked.id === id) disk.parked.delete(key)
  }
}

/** Whole spans, whatever their bytes. */
function readSpans(disk: Disk, { spans }: SpanQuery): SpanAnswer {
  const has = ({ origin, seq }: Dot) =>
    spans.some((span) => span.origin === origin && span.low <= seq && seq <= span.high)
  const rows = [...disk.rows.values()].map((row) => withParked(disk, row))
  return {
    rows: rows.filter(({ birth, groups }) => [birth, ...groups.map(dotOf)].some(has)),
    claims: [...disk.claims.values()].filter((claim) => has(claim.birth) || has(claim.version)),
    tombstones: [...disk.tombstones.values()].filter(({ dots }) => dots.some(has)),
    entries: disk.entries.filter(({ dot }) => has(dot)),
    spans,
  }
}

function withParked(disk: Disk, row: StoredRow): StoredRow {
  const all = [...disk.parked.values()].filter(({ kind, id }) => kind === row.kind && id === row.id)
  if (all.length === 0) return row
  const groups = new Map(row.groups.map((group) => [group.name, group]))
  for (const { group } of all) groups.set(group.name, group)
  return { ...row, groups: [...groups.values()] }
}

const dotOf = ({ version }: { version: Dot }): Dot => version
const dotKey = ({ origin, seq }: Dot): string => `${origin}/${seq}`
const nameKey = ({ kind, id, birth }: StoredName): string => `${kind}/${id}/${dotKey(birth)}`
const nameOf = ({ claim, birth }: StoredClaim): StoredName => ({
  kind: CLAIM_KIND,
  id: claim,
  birth,
})
const entryKey = ({ dot, index }: StoredEntry): string => `${dotKey(dot)}/${index}`
