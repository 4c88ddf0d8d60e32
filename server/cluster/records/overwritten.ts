// A value that was written here and lost against one that did not know of it is told in the record's history, by the peer
// that had said it was saved: whoever wrote it can look there.

import type { Actor } from '#protocol/link.ts'
import { type Change, MAX_CHANGES, type Records } from '../../records/records.ts'
import type { Joined } from '../replica/delta.ts'

type Overridden = Joined['overridden']

/** Rejects with the codes of `transact`. */
export async function overwritten(
  { records, actor }: { readonly records: Records; readonly actor: Actor },
  lost: Overridden,
): Promise<void> {
  for (let i = 0; i < lost.length; i += MAX_CHANGES) {
    const changes = lost.slice(i, i + MAX_CHANGES).map((one) => entryOf(one, actor))
    await records.transact(() => ({ changes, result: undefined }))
  }
}

function entryOf({ kind, id, group, lost, by }: Overridden[number], actor: Actor): Change {
  const detail = { group, lost: `${lost.origin}-${lost.seq}`, by: `${by.origin}-${by.seq}` }
  const target = { kind, id, name: id }
  const body = { actor, action: 'record.overwritten', target, detail }
  return { op: 'append', stream: 'audit', subject: id.slice(0, 64), body }
}
