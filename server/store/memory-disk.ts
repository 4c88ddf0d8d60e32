// What a store without a disk keeps, as a database would: everything with the revision of the commit that wrote it last, so
// that others can be told what came after one, and removals with theirs, since of them nothing else is left.

import { SkeinError } from '#protocol/errors.ts'
import type { Dot } from '../records/records.ts'
import {
  type Batch,
  CLAIM_KIND,
  isSameMeta,
  MAX_NEWS,
  type Meta,
  type News,
  type ParkedGroup,
  type SpanAnswer,
  type SpanQuery,
  type StoredClaim,
  type StoredEntry,
  type StoredFloor,
  type StoredHeard,
  type StoredName,
  type StoredRow,
  type StoredTombstone,
  type Sweep,
} from './store.ts'

interface Removal {
  readonly revision: number
  readonly name: StoredName
  readonly how: 'gone' | 'purged'
}

/** What survives a crash. */
export class MemoryDisk {
  meta: Meta | undefined
  readonly rows = new Map<string, StoredRow>()
  readonly tombstones = new Map<string, StoredTombstone>()
  readonly claims = new Map<string, StoredClaim>()
  readonly entries: StoredEntry[] = []
  readonly parked = new Map<string, ParkedGroup>()
  readonly heard = new Map<string, StoredHeard>()
  readonly floors = new Map<string, StoredFloor>()
  /** The commit that wrote a thing last, by table and key. */
  readonly written = new Map<string, number>()
  readonly commits = new Map<number, Meta>()
  removals: Removal[] = []
  /** What was removed up to this commit is not remembered. */
  forgotten = 0
  /** Which server this is, and which took the origin: where they differ it may have gone back. */
  server = 0
  serverOfOrigin = 0

  /** Throws `store_moved`. */
  commit(batch: Batch, after: Meta | undefined): void {
    const { meta } = this
    const isSame = meta && after ? isSameMeta(meta, after) : meta === after
    const isOther = meta?.origin === batch.meta.origin && this.server !== this.serverOfOrigin
    if (!isSame || isOther) throw new SkeinError('store_moved')
    if (meta?.origin !== batch.meta.origin) this.serverOfOrigin = this.server
    write(this, batch)
    this.commits.set(batch.meta.revision, batch.meta)
  }

  news(after: Meta): News {
    const { meta } = this
    const commit = this.commits.get(after.revision)
    const isOther = meta?.origin !== after.origin || this.server !== this.serverOfOrigin
    if (!meta || isOther || (commit && !isSameMeta(commit, after))) return { kind: 'back', meta }
    if (meta.revision < after.revision) return { kind: 'back', meta }
    if (after.revision < this.forgotten || !commit) return { kind: 'reload' }
    if (isSameMeta(meta, after)) return { kind: 'news', meta, batches: [] }
    const batch = newsOf(this, meta, after.revision)
    if (batch.rows.length + batch.entries.length > MAX_NEWS) return { kind: 'reload' }
    return { kind: 'news', meta, batches: [batch] }
  }

  /** A copy of everything, as an asynchronous replica or an old disk would have it. */
  copy(): MemoryDisk {
    return Object.assign(new MemoryDisk(), structuredClone({ ...this }))
  }

  readSpans(query: SpanQuery): SpanAnswer {
    return readSpans(this, query)
  }

  sweep(cut: Sweep): number {
    const { entries } = this
    const gone = new Set(entries.filter((entry) => isSwept(entry, cut)).slice(0, cut.limit))
    entries.splice(0, entries.length, ...entries.filter((entry) => !gone.has(entry)))
    return gone.size
  }
}

function newsOf(disk: MemoryDisk, meta: Meta, after: number): Batch {
  const isNew = (key: string) => (disk.written.get(key) ?? 0) > after
  const among = <T>(table: string, all: ReadonlyMap<string, T>): T[] =>
    [...all].filter(([key]) => isNew(`${table}:${key}`)).map(([, value]) => value)
  const removed = (how: Removal['how']) =>
    disk.removals.filter((one) => one.how === how && one.revision > after).map(({ name }) => name)
  return {
    meta,
    tombstones: among('tombstone', disk.tombstones),
    gone: removed('gone'),
    rows: [...disk.rows].flatMap(([key, row]) => {
      const groups = row.groups.filter(({ name }) => isNew(`group:${key}/${name}`))
      return groups.length > 0 || isNew(`row:${key}`) ? [{ ...row, groups }] : []
    }),
    claims: among('claim', disk.claims),
    parked: among('parked', disk.parked),
    entries: disk.entries.filter((entry) => isNew(`entry:${entryKey(entry)}`)),
    purged: removed('purged'),
    heard: among('heard', disk.heard),
    floors: among('floor', disk.floors),
  }
}

function isSwept({ stream, atMs, dot, index }: StoredEntry, cut: Sweep): boolean {
  if (stream !== cut.stream) return false
  if ('beforeMs' in cut) return atMs < cut.beforeMs
  const { origin, upTo } = cut
  if (dot.origin !== origin) return false
  return dot.seq < upTo.seq || (dot.seq === upTo.seq && index <= upTo.index)
}

function write(disk: MemoryDisk, batch: Batch): void {
  const { revision } = batch.meta
  const put = <T>(table: string, all: Map<string, T>, key: string, value: T): void => {
    all.set(key, value)
    disk.written.set(`${table}:${key}`, revision)
  }
  const remove = (how: Removal['how'], names: readonly StoredName[] = []): void => {
    disk.removals.push(...names.map((name) => ({ revision, name, how })))
  }
  disk.meta = batch.meta
  for (const tombstone of batch.tombstones) {
    put('tombstone', disk.tombstones, nameKey(tombstone), buried(disk, tombstone))
    drop(disk, tombstone)
  }
  for (const name of batch.gone ?? []) drop(disk, name)
  remove('gone', batch.gone)
  for (const row of batch.rows) {
    const key = `${row.kind}/${row.id}`
    for (const { name } of row.groups) disk.written.set(`group:${key}/${name}`, revision)
    put('row', disk.rows, key, mergedRow(disk, row))
  }
  for (const claim of batch.claims) put('claim', disk.claims, nameKey(nameOf(claim)), claim)
  for (const one of batch.parked ?? []) {
    put('parked', disk.parked, `${one.kind}/${one.id}/${one.group.name}`, one)
  }
  addEntries(disk, batch)
  for (const name of batch.purged ?? []) disk.tombstones.delete(nameKey(name))
  remove('purged', batch.purged)
  for (const one of batch.heard ?? []) put('heard', disk.heard, one.origin, one)
  for (const { origin, seq } of batch.floors ?? []) {
    const before = disk.floors.get(origin)?.seq ?? 0
    put('floor', disk.floors, origin, { origin, seq: Math.max(before, seq) })
  }
}

function addEntries(disk: MemoryDisk, { entries, meta }: Batch): void {
  for (const entry of entries) {
    const key = `entry:${entryKey(entry)}`
    if (disk.written.has(key)) continue
    disk.entries.push(entry)
    disk.written.set(key, meta.revision)
  }
}

function mergedRow(disk: MemoryDisk, row: StoredRow): StoredRow {
  const key = `${row.kind}/${row.id}`
  const groups = new Map(disk.rows.get(key)?.groups.map((group) => [group.name, group]))
  for (const group of row.groups) {
    groups.set(group.name, group)
    disk.parked.delete(`${key}/${group.name}`)
  }
  return { ...row, groups: [...groups.values()] }
}

function buried(disk: MemoryDisk, tombstone: StoredTombstone): StoredTombstone {
  const before = disk.tombstones.get(nameKey(tombstone))
  const dots = new Map(
    [...(before?.dots ?? []), ...tombstone.dots].map((dot) => [dotKey(dot), dot]),
  )
  return { ...(before ?? tombstone), dots: [...dots.values()] }
}

function drop(disk: MemoryDisk, { kind, id, birth }: StoredName): void {
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
function readSpans(disk: MemoryDisk, { spans }: SpanQuery): SpanAnswer {
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

function withParked(disk: MemoryDisk, row: StoredRow): StoredRow {
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
