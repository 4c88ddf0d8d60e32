// A shared database that went back to an earlier state, or lost everything, gets back what this peer has in memory. First
// of all it takes a new origin, once for all who share it: numbers that others know for something else must not be given
// again. Then everything that it lacks is joined into it, as what another replica says is.
//
//   the row as it is ──► new origin (whoever comes first) ──► what it lacks, in pieces ──► memory follows, in one step
//
// Nobody who watches sees the older state. Whatever fails here, or another who writes meanwhile, lets it begin again.

import type { Clock, Random } from '../clock.ts'
import { Context } from '../cluster/replica/context.ts'
import type { Delta, Span } from '../cluster/replica/delta.ts'
import { join } from '../cluster/replica/join.ts'
import type { Log } from '../store/log.ts'
import { type Batch, CLAIM_KIND, type Meta, type Store, type StoredHeard } from '../store/store.ts'
import { type Effects, toBatch } from './effects.ts'
import { tick } from './hlc.ts'
import { nameOfClaim, storedRow } from './kept.ts'
import { type Loaded, loadState } from './load.ts'
import { absorbed, knownOf, merge } from './merge.ts'
import { freshOrigin } from './origin.ts'
import type { Recent } from './recent.ts'
import { changedGroups, gravesBeyond } from './reload.ts'
import type { State } from './state.ts'

/** Rows, claims and tombstones of one commit: some hundred kilobytes. */
const PIECE = 500

export interface RejoinParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface Memory {
  readonly state: State
  /** Others' transactions that were heard of. */
  readonly heard: Context
  readonly meta: Meta
  readonly recent: Recent
}

export type Rejoined = Loaded & { readonly meta: Meta }

/** `mayGoOn`: whether a database as it was found has the new origin already. Rejects with the codes of a commit. */
export async function rejoin(
  parts: RejoinParts,
  memory: Memory,
  mayGoOn: (found: Meta) => boolean,
): Promise<Rejoined> {
  const found = await loadState(parts.store, parts.log)
  const { meta } = found
  const there = meta && mayGoOn(meta) ? { ...found, meta } : await renew(parts, found, memory)
  const returning = new Returning(parts, memory, there)
  await returning.run()
  return { ...there, meta: returning.meta }
}

/** One of those who share it comes first; the others are refused with `store_moved`, look again and find it done. */
async function renew(parts: RejoinParts, found: Loaded, memory: Memory): Promise<Rejoined> {
  const { store, clock, random, log } = parts
  const { meta: old, heard } = found
  const nowMs = clock.nowMs()
  const last = old && old.hlc > memory.meta.hlc ? old.hlc : memory.meta.hlc
  const meta: Meta = {
    origin: freshOrigin(random),
    seq: 0,
    hlc: tick(last, nowMs),
    position: old?.position ?? 0,
    revision: (old?.revision ?? 0) + 1,
  }
  if (old) heard.add({ origin: old.origin, low: 1, high: old.seq })
  const batch = { ...empty(meta), heard: old ? storedHeard(heard, [old.origin]) : [] }
  await store.commit(batch, old)
  log.warn({ was: old?.origin, is: meta.origin }, 'the database went back: it has a new origin')
  return { ...found, meta }
}

/** What a memory has beyond a database, written into it piece by piece. */
class Returning {
  readonly #parts: RejoinParts
  readonly #memory: Memory
  readonly #there: Rejoined
  #meta: Meta

  constructor(parts: RejoinParts, memory: Memory, there: Rejoined) {
    this.#parts = parts
    this.#memory = memory
    this.#there = there
    this.#meta = there.meta
  }

  get meta(): Meta {
    return this.#meta
  }

  async run(): Promise<void> {
    const { rows, claims, tombstones, entries, spans } = this.#lacking()
    const none = { rows: [], claims: [], tombstones: [], entries: [], spans: [] }
    for (const some of pieces(tombstones)) await this.#join({ ...none, tombstones: some })
    for (const some of pieces(rows)) await this.#join({ ...none, rows: some })
    for (const some of pieces(claims)) await this.#join({ ...none, claims: some })
    // Last: from then on the database says to have heard of them in full.
    if (spans.length > 0) await this.#commit({ ...none, ...this.#stamp(), entries, spans })
  }

  #lacking(): Delta {
    const { state, heard, meta, recent } = this.#memory
    const there = this.#there.state
    const own = { origin: meta.origin, low: 1, high: meta.seq }
    const rows = [...state.allKept()].filter((row) => {
      const held = there.kept(row.kind, row.id)
      return !held || changedGroups(held, row).length > 0
    })
    const claims = [...state.allClaims()].flat()
    const all = Context.of([...heard.spans(), own])
    return {
      rows: rows.map(storedRow),
      claims: claims.filter(({ claim, birth }) => !there.claims(claim).some(isBornAt(birth))),
      tombstones: [...gravesBeyond(there, state), ...this.#goneSince(all)],
      ...recent.beyond(this.#heardThere()),
    }
  }

  /** What was there when it went back, and is deleted here without a tombstone that is still kept. */
  *#goneSince(heard: Context) {
    const atMs = this.#parts.clock.nowMs()
    const { state } = this.#memory
    for (const { kind, id, birth } of this.#there.state.allKept()) {
      if (state.kept(kind, id) || !heard.has(birth)) continue
      if (state.graves.of(kind, id).length > 0) continue
      yield { kind, id, birth, dots: [birth], atMs }
    }
    for (const claim of [...this.#there.state.allClaims()].flat()) {
      const { kind, id, birth } = nameOfClaim(claim)
      if (state.claims(id).some(isBornAt(birth)) || !heard.has(birth)) continue
      if (state.graves.of(CLAIM_KIND, id).some(isBornAt(birth))) continue
      yield { kind, id, birth, dots: [birth], atMs }
    }
  }

  async #join(delta: Delta): Promise<void> {
    const { state } = this.#there
    const heard = this.#heardThere()
    const joined = join(
      knownOf(state, (dot) => heard.has(dot)),
      delta,
    )
    const nowMs = this.#parts.clock.nowMs()
    const hlc = absorbed(this.#meta.hlc, joined, nowMs)
    const { origin, seq, position } = this.#meta
    const stamp = { origin, seq: seq + 1, hlc: tick(hlc, nowMs), atMs: nowMs, position }
    const onHidden = (name: object, err: unknown) =>
      this.#parts.log.error({ ...name, err }, 'hiding a row that is not valid')
    await this.#commit(merge(state, { joined, spans: [], floors: [], onHidden }, stamp))
  }

  #stamp() {
    const atMs = this.#parts.clock.nowMs()
    return { seq: this.#meta.seq, hlc: tick(this.#meta.hlc, atMs), atMs }
  }

  async #commit(effects: Omit<Effects, 'learned'> & { readonly spans?: readonly Span[] }) {
    const { heard, state } = this.#there
    const spans = effects.spans ?? []
    for (const span of spans) heard.add(span)
    const placed = effects.entries.map((entry, i) => {
      return { ...entry, position: this.#meta.position + 1 + i }
    })
    const learned = { spans, gone: [], floors: [], purged: [] }
    const whole: Effects = { ...effects, entries: placed, learned }
    const batch = toBatch(this.#meta.origin, [whole], this.#meta, heard)
    await this.#parts.store.commit(batch, this.#meta)
    this.#meta = batch.meta
    state.apply(whole)
  }

  #heardThere(): Context {
    const heard = this.#there.heard.copy()
    heard.add({ origin: this.#meta.origin, low: 1, high: this.#meta.seq })
    return heard
  }
}

const isBornAt =
  (birth: { readonly origin: string; readonly seq: number }) =>
  (one: { readonly birth: { readonly origin: string; readonly seq: number } }): boolean =>
    one.birth.origin === birth.origin && one.birth.seq === birth.seq

function* pieces<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < all.length; i += PIECE) yield all.slice(i, i + PIECE)
}

function storedHeard(heard: Context, origins: readonly string[]): StoredHeard[] {
  const gaps = heard.gaps()
  return origins.map((origin) => ({
    origin,
    head: heard.head(origin),
    gaps: gaps.filter((gap) => gap.origin === origin).map(({ low, high }) => ({ low, high })),
  }))
}

const empty = (meta: Meta): Batch => ({
  meta,
  rows: [],
  tombstones: [],
  claims: [],
  entries: [],
})
