// Rows that stay as the disk gave them until somebody asks for them. At a hundred thousand rows a start spent most of its
// time parsing and checking what few will ever look at: the sessions, tokens and old template versions of everybody. Such a
// row is found by its id, its birth and its indexes like any other, and is parsed and checked before anybody sees it.

import type { StoredRow } from '../store/store.ts'
import { type Index, indexedUnparsed } from './indexes.ts'
import type { Kind } from './kinds.ts'
import type { Version } from './records.ts'

/** Asked for one at a time, or one user's. The others are listed whole soon after a start, which would then stand still. */
const READ_LATER: ReadonlySet<string> = new Set<Kind>([
  'session',
  'sshKey',
  'token',
  'templateVersion',
])

/** Whether it may wait: only where its place in each index can be told without reading it. */
export function mayWait(row: StoredRow, indexes: readonly Index[]): boolean {
  return READ_LATER.has(row.kind) && indexes.every((index) => unreadValue(index, row) !== undefined)
}

export function unreadValue(index: Index, { groups }: StoredRow): string | undefined {
  for (const { name, body } of groups) {
    if (name === index.group) return indexedUnparsed(index, body)
  }
  return undefined
}

/** As `stampsOf` of the row when it is read. */
export function stampsOfUnread({ groups }: StoredRow): Readonly<Record<string, Version>> {
  const stamps: Record<string, Version> = {}
  for (const { name, version } of groups) stamps[name] = version
  return stamps
}
