// What tests of several peers on one database do: they join, write, look and are compared.

import assert from 'node:assert/strict'
import { systemClock, systemRandom } from '../../server/clock.ts'
import { openRecords, type ReplicatedRecords } from '../../server/records/open.ts'
import type { Change, View } from '../../server/records/records.ts'
import type { Store } from '../../server/store/store.ts'
import { quietLog, testId } from './rows.ts'

export interface Member<S extends Store = Store> {
  readonly store: S
  readonly records: ReplicatedRecords
}

export async function joinBy<S extends Store>(store: S): Promise<Member<S>> {
  const options = { store, clock: systemClock, random: systemRandom, log: quietLog }
  return { store, records: await openRecords(options) }
}

export async function leave({ records, store }: Member): Promise<void> {
  await records.close()
  await store.close()
}

/** As many as are asked for, together; they leave when it is over. */
export async function withMembersOf<S extends Store>(
  count: number,
  open: () => Promise<S>,
  run: (members: readonly Member<S>[]) => Promise<void>,
): Promise<void> {
  const all = Array.from({ length: count }, async () => joinBy(await open()))
  const members = await Promise.all(all)
  try {
    await run(members)
  } finally {
    await Promise.all(members.map(leave))
  }
}

export const write = ({ records }: Member, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

/** Twice: the last may have something to give back that the first has not seen. */
export const seen = async (members: readonly Member[]) => {
  for (const { records } of [...members, ...members]) await records.replica.refresh()
}

const settingId = testId<'setting'>()
export const created: Change = {
  op: 'create',
  kind: 'setting',
  id: settingId,
  groups: { value: { key: 'count', value: 0 } },
}
export const count = (view: View): number =>
  Number(view.get('setting', settingId)?.groups.value?.value ?? -1)
export const increment = ({ records }: Member): Promise<number> =>
  records.transact((view) => {
    const value = count(view) + 1
    const change = { op: 'set', kind: 'setting', id: settingId, group: 'value' } as const
    return { changes: [{ ...change, value: { key: 'count', value } }], result: value }
  })

export function assertSame(members: readonly Member[]): void {
  const [first, ...others] = members.map(({ records }) => records)
  for (const other of others) {
    assert.equal(other.replica.origin, first?.replica.origin)
    assert.deepEqual(other.replica.meta, first?.replica.meta)
    assert.deepEqual(other.replica.fingerprints.root, first?.replica.fingerprints.root)
    assert.deepEqual(other.replica.heard().spans(), first?.replica.heard().spans())
  }
}
