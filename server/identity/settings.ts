// Settings that are records from the start, so that later every peer shares them: each is a singleton, found by the
// claim `setting:<key>`.

import { type Id, makeId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Change, Records, View } from '../records/records.ts'

export interface Makers {
  readonly clock: Clock
  readonly random: Random
}

/** An id needs ten bytes of chance (protocol/ids.ts). */
export const freshId = <K extends string>({ clock, random }: Makers): Id<K> =>
  makeId<K>(clock.nowMs(), random(10))

export function readSetting(view: View, key: string): unknown {
  const id = view.holder(`setting:${key}`)
  return id === undefined
    ? undefined
    : view.get('setting', id as Id<'setting'>)?.groups.value?.value
}

/** The changes that give a setting a value, whether or not it has one already. */
export function writeSetting(view: View, key: string, value: unknown, makers: Makers): Change[] {
  const held = view.holder(`setting:${key}`)
  if (held !== undefined) {
    const id = held as Id<'setting'>
    return [{ op: 'set', kind: 'setting', id, group: 'value', value: { key, value } }]
  }
  const id = freshId<'setting'>(makers)
  return [
    { op: 'create', kind: 'setting', id, groups: { value: { key, value } } },
    { op: 'claim', claim: `setting:${key}`, holder: id },
  ]
}

export function removeSetting(view: View, key: string): Change[] {
  const held = view.holder(`setting:${key}`)
  if (held === undefined) return []
  return [
    { op: 'release', claim: `setting:${key}`, holder: held },
    { op: 'delete', kind: 'setting', id: held as Id<'setting'> },
  ]
}

/** The setting's value; made and saved by the first who asks. */
export function ensureSetting(
  records: Records,
  key: string,
  make: () => unknown,
  makers: Makers,
): Promise<unknown> {
  return records.transact((view) => {
    const held = readSetting(view, key)
    if (held !== undefined) return { changes: [], result: held }
    const value = make()
    return { changes: writeSetting(view, key, value, makers), result: value }
  })
}
