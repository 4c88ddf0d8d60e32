// From disk into memory. What this version does not know is left on disk untouched: unknown kinds and groups as they
// are, unknown fields of known groups beside the row. A row that does not fit its schema is hidden, not lost.

import type { Log } from '../store/log.ts'
import { type Batch, CLAIM_KIND, type Meta, type Store, type StoredRow } from '../store/store.ts'
import type { Kind } from './kinds.ts'
import type { KeptRow } from './layer.ts'
import type { Version } from './records.ts'
import { groupSchema, isKind } from './schemas.ts'
import { State } from './state.ts'
import { restoreGroup } from './value.ts'
import { compareVersions } from './version.ts'

export interface Loaded {
  readonly state: State
  /** Nothing when the database is new. */
  readonly meta: Meta | undefined
}

export async function loadState(store: Store, log: Log): Promise<Loaded> {
  const state = new State()
  let meta: Meta | undefined
  for await (const batch of store.load()) {
    meta = batch.meta
    takeIn(state, batch, log)
  }
  return { state, meta }
}

function takeIn(state: State, batch: Batch, log: Log): void {
  for (const stored of batch.rows) {
    if (!isKind(stored.kind)) continue
    try {
      state.put(restoreRow(stored.kind, stored))
    } catch (error) {
      log.error({ kind: stored.kind, id: stored.id, err: error }, 'hiding a row that is not valid')
      state.spend(stored.kind, stored.id)
    }
  }
  for (const { kind, id } of batch.tombstones) {
    if (kind !== CLAIM_KIND && isKind(kind)) state.spend(kind, id)
  }
  for (const claim of batch.claims) state.putClaim(Object.freeze(claim))
}

function restoreRow(kind: Kind, { id, birth, groups: stored }: StoredRow): KeptRow {
  const groups: Record<string, unknown> = {}
  const versions: Record<string, Version> = {}
  const unknown: Record<string, Uint8Array> = {}
  let last: Version | undefined
  for (const group of stored) {
    const schema = groupSchema(kind, group.name)
    if (!schema) continue
    const { name, body } = group
    const checked = restoreGroup(schema, `${kind}.${name}`, body, group.unknown)
    groups[name] = checked.value
    if (checked.unknown) unknown[name] = checked.unknown
    // Groups written together share one version object: a row of six keeps one.
    if (!last || compareVersions(last, group.version) !== 0) last = Object.freeze(group.version)
    versions[name] = last
  }
  const rest = Object.keys(unknown).length > 0 ? { unknown: Object.freeze(unknown) } : {}
  const frozen = { groups: Object.freeze(groups), versions: Object.freeze(versions) }
  return Object.freeze({ kind, id, birth, ...frozen, ...rest })
}
