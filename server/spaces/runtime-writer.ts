// Writes what a space is, as its host's owner. One group, written whole, from the newest committed state.

import type { ErrorBody } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Clock } from '../clock.ts'
import type { Change, Records, Row } from '../records/records.ts'
import type { Runtime } from './machine.ts'
import type { Owner } from './owner.ts'

/** A key that is there and undefined is taken away. */
export type RuntimePatch = { readonly [K in keyof Runtime]?: Runtime[K] | undefined }

export class RuntimeWriter {
  readonly #records: Records
  readonly #clock: Clock

  constructor({ records, clock }: { readonly records: Records; readonly clock: Clock }) {
    this.#records = records
    this.#clock = clock
  }

  /** Does nothing to a space that is gone. `subnet` also writes where it is placed. */
  async write(owner: Owner, id: SpaceId, patch: RuntimePatch, subnet?: string): Promise<void> {
    const nowMs = this.#clock.nowMs()
    await this.#records.transact(
      (view) => {
        const row = view.get('space', id)
        if (row === undefined) return { changes: [], result: undefined }
        const value = patched(row.groups.runtime, patch, nowMs)
        const runtime: Change = { op: 'set', kind: 'space', id, group: 'runtime', value }
        return { changes: [runtime, ...placing(row, owner, subnet)], result: undefined }
      },
      { owner },
    )
  }

  async fail(
    owner: Owner,
    id: SpaceId,
    failure: ErrorBody,
    log: readonly string[] | undefined,
  ): Promise<void> {
    const reason = failure.message
    const kept = { ...failure, ...(log && { log: [...log] }) }
    await this.write(owner, id, { state: 'failed', reason, failure: kept })
  }
}

function placing(row: Row<'space'>, owner: Owner, subnet: string | undefined): Change[] {
  const before = row.groups.placement
  const value = { hostId: owner.hostId, subnet: subnet ?? before?.subnet ?? '' }
  if (before?.hostId === value.hostId && before.subnet === value.subnet) return []
  return [{ op: 'set', kind: 'space', id: row.id, group: 'placement', value }]
}

/** Pure. `since` is when the state last changed. */
export function patched(before: Runtime | undefined, patch: RuntimePatch, nowMs: number): Runtime {
  const base: Runtime = before ?? {
    state: 'stopped',
    reason: '',
    since: nowMs,
    generation: 0,
    epoch: 0,
    containers: {},
  }
  const since = patch.state === undefined || patch.state === before?.state ? base.since : nowMs
  const merged = { ...base, ...patch, since: patch.since ?? since }
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  ) as unknown as Runtime
}
