// From disk into memory. What this version does not know is kept as it came: unknown kinds and groups whole, unknown
// fields of known groups beside the row. A row that does not fit its schema is hidden, not lost.

import { Context } from '../cluster/replica/context.ts'
import type { Span } from '../cluster/replica/delta.ts'
import type { Log } from '../store/log.ts'
import type { Batch, Meta, ParkedGroup, Store, StoredHeard } from '../store/store.ts'
import { ensure } from './ensure.ts'
import { hiding, keep, storedRow } from './kept.ts'
import { State } from './state.ts'

export interface Loaded {
  readonly state: State
  /** Nothing when the database is new. */
  readonly meta: Meta | undefined
  /** Of others' transactions. */
  readonly heard: Context
  /** By origin, up to which number tombstones may have been purged. */
  readonly floors: ReadonlyMap<string, number>
}

export async function loadState(store: Store, log: Log): Promise<Loaded> {
  const state = new State(log)
  const heard = new Context()
  const floors = new Map<string, number>()
  let meta: Meta | undefined
  for await (const batch of store.load()) {
    meta ??= batch.meta
    takeIn(state, batch, log)
    for (const span of (batch.heard ?? []).flatMap(spansOf)) heard.add(span)
    for (const { origin, seq } of batch.floors ?? []) floors.set(origin, seq)
    park(state, batch.parked ?? [], log)
  }
  return { state, meta, heard, floors }
}

function takeIn(state: State, batch: Batch, log: Log): void {
  for (const stored of batch.rows) {
    if (!state.putUnread(stored)) state.put(keep(stored, [], hiding(stored, log)))
  }
  for (const tombstone of batch.tombstones) state.graves.add(tombstone)
  for (const claim of batch.claims) state.putClaim(Object.freeze(claim))
}

/** After all rows, since these stand beside them. */
function park(state: State, parked: readonly ParkedGroup[], log: Log): void {
  const byRow = new Map<string, ParkedGroup[]>()
  for (const one of parked) ensure(byRow, `${one.kind}/${one.id}`, () => []).push(one)
  for (const [first, ...others] of byRow.values()) {
    const row = first && state.kept(first.kind, first.id)
    if (!row) continue
    const stored = storedRow(row)
    state.put(
      keep(
        stored,
        [first, ...others].map(({ group }) => group),
        hiding(stored, log),
      ),
    )
  }
}

/** What was heard of an origin, without its gaps. */
export function spansOf({ origin, head, gaps }: StoredHeard): Span[] {
  const spans: Span[] = []
  let low = 1
  for (const gap of gaps) {
    spans.push({ origin, low, high: gap.low - 1 })
    low = gap.high + 1
  }
  spans.push({ origin, low, high: head })
  return spans.filter((span) => span.low <= span.high)
}
