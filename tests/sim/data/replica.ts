// What one database holds, in memory and as plainly as possible: the model against which joins are tried. It keeps the
// rules of a store (elements, context and stamps change in one step) and none of its art.

import { holding } from '../../../server/cluster/replica/claims.ts'
import { absorb, epochOver, goingOn, tickOver } from '../../../server/cluster/replica/clock.ts'
import { Context } from '../../../server/cluster/replica/context.ts'
import type {
  Bucket,
  Delta,
  Floor,
  Joined,
  Known,
  KnownRow,
  Span,
} from '../../../server/cluster/replica/delta.ts'
import { elementKey, isSameDot } from '../../../server/cluster/replica/element.ts'
import { bucketOf, Fingerprints, hashOfRow } from '../../../server/cluster/replica/fingerprint.ts'
import { type JoinRules, join, joinRules } from '../../../server/cluster/replica/join.ts'
import { pastOf } from '../../../server/cluster/replica/past.ts'
import { stampEpoch } from '../../../server/cluster/replica/policy.ts'
import { floorsOf, isPurgeable } from '../../../server/cluster/replica/purge.ts'
import { tick } from '../../../server/records/hlc.ts'
import type { Dot, Version } from '../../../server/records/records.ts'
import {
  CLAIM_KIND,
  type StoredClaim,
  type StoredEntry,
  type StoredGroup,
  type StoredRow,
  type StoredTombstone,
} from '../../../server/store/store.ts'
import type { ReplicaFaults, Write } from './write.ts'

export class Replica implements Known {
  origin: string
  seq = 0
  hlc = 0n
  /** Since the last transaction: then its clock may go back. */
  wasPutRight = false
  heard = new Context()
  /** What those had heard of whose answers are in here: they tell some of it early, as absences and newer values. */
  ahead = new Context()
  readonly rows = new Map<string, StoredRow>()
  readonly claimed = new Map<string, StoredClaim>()
  readonly buried = new Map<string, StoredTombstone>()
  readonly floors = new Map<string, number>()
  readonly entries = new Map<string, StoredEntry>()
  readonly prints = new Fingerprints()
  faults: ReplicaFaults = {}
  rules: JoinRules = joinRules
  #lastHlc = 0n

  constructor(origin: string) {
    this.origin = origin
  }

  row(kind: string, id: string): KnownRow | undefined {
    const row = this.rows.get(`${kind}/${id}`)
    return row && { birth: row.birth, versions: versionsOf(row) }
  }

  group(kind: string, id: string, name: string): StoredGroup | undefined {
    return this.rows.get(`${kind}/${id}`)?.groups.find((group) => group.name === name)
  }

  claims(claim: string): StoredClaim[] {
    return [...this.claimed.values()].filter((one) => one.claim === claim)
  }

  tombstones(kind: string, id: string): StoredTombstone[] {
    return [...this.buried.values()].filter((one) => one.kind === kind && one.id === id)
  }

  *bornIn(span: Span): Iterable<{ kind: string; id: string; birth: Dot }> {
    for (const row of this.rows.values()) if (isIn(span, row.birth)) yield row
    for (const { claim, birth } of this.claimed.values()) {
      if (isIn(span, birth)) yield { kind: CLAIM_KIND, id: claim, birth }
    }
  }

  *inBucket({ kind, number }: Bucket): Iterable<{ kind: string; id: string; birth: Dot }> {
    for (const row of this.rows.values()) {
      if (row.kind === kind && bucketOf(row.id) === number) yield row
    }
    if (kind !== CLAIM_KIND) return
    for (const { claim, birth } of this.claimed.values()) {
      if (bucketOf(claim) === number) yield { kind, id: claim, birth }
    }
  }

  holder(claim: string): string | undefined {
    return holding(this.claims(claim))?.holder
  }

  /** What the last transaction wrote over, and what it wrote. */
  replaced: (readonly [StoredGroup, StoredGroup])[] = []

  /** Whether nothing is in here that goes beyond what was heard of. */
  get isSettled(): boolean {
    return this.heard.missingFrom(this.ahead).length === 0
  }

  /** One transaction; its dot. Nothing when there was nothing to change. */
  write(writes: readonly Write[], nowMs: number): Dot | undefined {
    const birth = { origin: this.origin, seq: this.seq + 1 }
    const hlc = this.#tick(writes, nowMs)
    this.replaced = []
    const at = { birth, hlc, nowMs, place: 0 }
    const done = writes.filter((write) => this.#write(write, at))
    if (done.length === 0) return undefined
    this.seq = birth.seq
    this.hlc = hlc
    this.#lastHlc = hlc
    this.heard.addDot(birth)
    return birth
  }

  /** Rows and context in one step; the dots of what it had to write itself. */
  merge(delta: Delta, nowMs: number, from?: Replica): { joined: Joined; mended: Dot | undefined } {
    const joined = join(this, delta, this.rules)
    for (const { birth, kind, id } of joined.gone) this.#remove(kind, id, birth)
    for (const tombstone of joined.tombstones) this.#bury(tombstone, nowMs)
    for (const row of joined.rows) this.#putGroups(row)
    for (const claim of joined.claims) this.#putClaim(claim)
    for (const entry of joined.entries) this.#putEntry(entry)
    for (const span of joined.spans) this.heard.add(span)
    for (const floor of joined.floors) this.#raise(floor)
    if (from) {
      this.ahead.union(from.heard)
      this.ahead.union(from.ahead)
    }
    this.#absorb(delta, nowMs)
    return { joined, mended: this.#mend(joined.mended, nowMs) }
  }

  /** Everything that is left of these transactions. */
  collect(spans: readonly Span[]): Delta {
    const wanted = Context.of(spans)
    const isWanted = (dot: Dot) => wanted.has(dot)
    return {
      rows: [...this.rows.values()].filter(
        ({ birth, groups }) => isWanted(birth) || groups.some(({ version }) => isWanted(version)),
      ),
      claims: [...this.claimed.values()].filter(
        ({ birth, version }) => isWanted(birth) || isWanted(version),
      ),
      tombstones: [...this.buried.values()].filter(({ dots }) => dots.some(isWanted)),
      entries: [...this.entries.values()].filter(({ dot }) => isWanted(dot)),
      spans,
    }
  }

  collectBuckets(buckets: readonly Bucket[]): Pick<Delta, 'rows' | 'claims'> {
    const names = new Set(buckets.map(({ kind, number }) => `${kind}/${number}`))
    const isWanted = (kind: string, id: string) => names.has(`${kind}/${bucketOf(id)}`)
    return {
      rows: [...this.rows.values()].filter(({ kind, id }) => isWanted(kind, id)),
      claims: [...this.claimed.values()].filter(({ claim }) => isWanted(CLAIM_KIND, claim)),
    }
  }

  purge(nowMs: number, ageMs: number): void {
    const old = [...this.buried.values()].filter(
      (one) =>
        isPurgeable(one, this.heard, nowMs, ageMs) ||
        (this.faults.purgesUnheard && nowMs - one.atMs >= ageMs),
    )
    for (const one of old) this.buried.delete(tombKey(one))
    if (!this.faults.noFloor) for (const floor of floorsOf(old)) this.#raise(floor)
  }

  floorList(): Floor[] {
    return [...this.floors].map(([origin, seq]) => ({ origin, seq }))
  }

  copy(): Replica {
    const copy = new Replica(this.origin)
    copy.become(this)
    return copy
  }

  /** What another had, as after a restore or a restart. */
  become(other: Replica): void {
    const { origin, seq, hlc, wasPutRight, faults, rules } = other
    Object.assign(this, { origin, seq, hlc, wasPutRight, faults, rules, heard: other.heard.copy() })
    this.ahead = other.ahead.copy()
    for (const row of this.rows.values()) this.prints.remove(row.kind, row.id, hashOfStored(row))
    for (const claim of this.claimed.values()) this.prints.removeClaim(claim)
    for (const name of ['rows', 'claimed', 'buried', 'floors', 'entries'] as const) {
      const [mine, theirs] = [this[name] as Map<string, unknown>, [...other[name]]]
      mine.clear()
      for (const [key, value] of theirs) mine.set(key, value)
    }
    for (const row of this.rows.values()) this.prints.add(row.kind, row.id, hashOfStored(row))
    for (const claim of this.claimed.values()) this.prints.addClaim(claim)
  }

  /** Everything that must be the same everywhere, as text. Tombstones, floors and the past are each replica's own. */
  get text(): string {
    const rows = [...this.rows].map(([key, { birth, groups }]) => {
      const shown = groups
        .map(
          ({ name, body, version, unknown }) =>
            `${name}=${body}@${versionText(version)}${unknown ?? ''}`,
        )
        .toSorted()
      return `${key} ${birth.origin}.${birth.seq} ${shown.join(' ')}`
    })
    const claims = [...this.claimed].map(([key, { holder }]) => `${key} ${holder}`)
    return [...rows, ...claims, ...this.entries.keys()].toSorted().join('\n')
  }

  #write(write: Write, at: { birth: Dot; hlc: bigint; nowMs: number; place: number }): boolean {
    const { birth, hlc, nowMs } = at
    switch (write.op) {
      case 'create': {
        const { kind, id } = write
        if (this.row(kind, id) || this.tombstones(kind, id).length > 0) return false
        const groups = Object.entries(write.groups).map(([name, body]) => {
          const epoch = stampEpoch(kind, name, parse(body), 0)
          return { name, body, version: { epoch, hlc, ...birth }, past: [] }
        })
        this.#put({ kind, id, birth, groups })
        return true
      }
      case 'set': {
        const { kind, id, group: name, body } = write
        const row = this.rows.get(`${kind}/${id}`)
        if (!row) return false
        const held = this.group(kind, id, name)
        const epoch = stampEpoch(kind, name, parse(body), epochOver(held?.version, nowMs))
        const past = held ? pastOf(birth.origin, held) : []
        const rest = write.unknown ?? held?.unknown
        const unknown = rest && { unknown: rest }
        const group = { name, body, version: { epoch, hlc, ...birth }, past, ...unknown }
        if (held) this.replaced.push([held, group])
        this.#put({ ...row, groups: replaced(row.groups, [group]) })
        return true
      }
      case 'delete': {
        const row = this.rows.get(`${write.kind}/${write.id}`)
        if (!row) return false
        this.#bury({ ...row, dots: [birth], atMs: nowMs }, nowMs)
        return true
      }
      case 'claim': {
        if (this.holder(write.claim) !== undefined) return false
        const version = { epoch: 0, hlc, ...birth }
        const { claim, holder } = write
        this.#putClaim({ claim, holder, birth, version, state: 'confirmed' })
        return true
      }
      case 'release': {
        const own = this.claims(write.claim).filter(({ holder }) => holder === write.holder)
        for (const { claim, birth: born } of own) {
          const tombstone = { kind: CLAIM_KIND, id: claim, birth: born, dots: [birth], atMs: nowMs }
          this.#bury(tombstone, nowMs)
        }
        return own.length > 0
      }
      case 'append': {
        const { stream, subject, body } = write
        const index = at.place++
        this.#putEntry({ position: 0, stream, subject, atMs: nowMs, dot: birth, index, body })
        return true
      }
    }
  }

  #tick(writes: readonly Write[], nowMs: number): bigint {
    if (this.faults.noAbsorb) return tick(this.hlc, nowMs)
    if (this.faults.coarseClock && this.hlc === this.#lastHlc && tick(0n, nowMs) <= this.hlc) {
      return this.hlc
    }
    const held = writes.flatMap((write) => {
      if (write.op !== 'set') return []
      return this.group(write.kind, write.id, write.group)?.version ?? []
    })
    this.#goOn(nowMs)
    return tickOver(this.hlc, held, nowMs)
  }

  /** A peer whose wall clock is far behind the database's takes that for wrong, and begins anew. */
  #goOn(nowMs: number): void {
    this.wasPutRight ||= goingOn(this.hlc, nowMs) !== this.hlc
  }

  #mend(mended: Joined['mended'], nowMs: number): Dot | undefined {
    if (mended.length === 0) return undefined
    const dot = { origin: this.origin, seq: this.seq + 1 }
    const held = mended.map(({ group }) => group.version)
    this.#goOn(nowMs)
    this.hlc = tickOver(this.hlc, held, nowMs)
    for (const { kind, id, group } of mended) {
      const row = this.rows.get(`${kind}/${id}`)
      if (!row) continue
      const epoch = epochOver(group.version, nowMs)
      const version = { epoch, hlc: this.hlc, ...dot }
      this.#put({ ...row, groups: replaced(row.groups, [{ ...group, version }]) })
    }
    this.seq = dot.seq
    this.heard.addDot(dot)
    return dot
  }

  #absorb({ rows, claims }: Delta, nowMs: number): void {
    if (this.faults.noAbsorb) return
    for (const { version } of [...rows.flatMap(({ groups }) => groups), ...claims]) {
      this.hlc = absorb(this.hlc, version, nowMs)
    }
  }

  #put(row: StoredRow): void {
    const key = `${row.kind}/${row.id}`
    const before = this.rows.get(key)
    if (before) this.prints.remove(row.kind, row.id, hashOfStored(before))
    this.rows.set(key, row)
    this.prints.add(row.kind, row.id, hashOfStored(row))
  }

  #putGroups(row: StoredRow): void {
    const before = this.rows.get(`${row.kind}/${row.id}`)
    this.#put({ ...row, groups: replaced(before?.groups ?? [], row.groups) })
  }

  #putClaim(claim: StoredClaim): void {
    const key = elementKey(CLAIM_KIND, claim.claim, claim.birth)
    const before = this.claimed.get(key)
    if (before) this.prints.removeClaim(before)
    this.claimed.set(key, claim)
    this.prints.addClaim(claim)
    if (!this.rules.keepsDisplaced) this.#dropDisplaced(claim.claim)
  }

  #dropDisplaced(name: string): void {
    const all = this.claims(name)
    const first = holding(all)
    for (const { birth } of all) {
      if (first && !isSameDot(birth, first.birth)) this.#remove(CLAIM_KIND, name, birth)
    }
  }

  #putEntry(entry: StoredEntry): void {
    const { dot, index } = entry
    this.entries.set(`${dot.origin}-${dot.seq}-${index}`, entry)
  }

  #bury(tombstone: StoredTombstone, nowMs: number): void {
    const { kind, id, birth, dots } = tombstone
    this.#remove(kind, id, birth)
    const key = tombKey(tombstone)
    const held = this.buried.get(key)?.dots ?? []
    const news = dots.filter((dot) => !held.some((one) => isSameDot(one, dot)))
    this.buried.set(key, { kind, id, birth, dots: [...held, ...news], atMs: nowMs })
  }

  #remove(kind: string, id: string, birth: Dot): void {
    if (kind === CLAIM_KIND) {
      const key = elementKey(kind, id, birth)
      const claim = this.claimed.get(key)
      if (claim) this.prints.removeClaim(claim)
      this.claimed.delete(key)
      return
    }
    const row = this.rows.get(`${kind}/${id}`)
    if (row) this.prints.remove(kind, id, hashOfStored(row))
    this.rows.delete(`${kind}/${id}`)
  }

  #raise({ origin, seq }: Floor): void {
    this.floors.set(origin, Math.max(seq, this.floors.get(origin) ?? 0))
  }
}

const isIn = ({ origin, low, high }: Span, dot: Dot): boolean =>
  dot.origin === origin && dot.seq >= low && dot.seq <= high

const versionsOf = (row: StoredRow): Record<string, Version> =>
  Object.fromEntries(row.groups.map(({ name, version }) => [name, version]))

const hashOfStored = (row: StoredRow) => hashOfRow(row.id, row.birth, versionsOf(row))

const tombKey = ({ kind, id, birth }: StoredTombstone): string =>
  `${kind}/${id}/${birth.origin}/${birth.seq}`

const versionText = ({ epoch, hlc, origin, seq }: Version) => `${epoch}.${hlc}.${origin}.${seq}`

function replaced(before: readonly StoredGroup[], after: readonly StoredGroup[]): StoredGroup[] {
  const groups = new Map(before.map((group) => [group.name, group]))
  for (const group of after) groups.set(group.name, group)
  return [...groups.values()]
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
