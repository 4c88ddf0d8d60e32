// The order of the list: folders first, then by the column; names as a person would sort them. Pure.

import type { FileEntry } from '#protocol/api/files.ts'
import { isFolder, isHidden } from './paths.ts'

export const sortColumns = ['name', 'size', 'modified', 'mode'] as const
export type SortColumn = (typeof sortColumns)[number]

export interface Order {
  readonly column: SortColumn
  readonly descending: boolean
}

export const defaultOrder: Order = { column: 'name', descending: false }

/** A second click turns the order round; size and time begin with the largest and the newest. */
export const clicked = (order: Order, column: SortColumn): Order =>
  order.column === column
    ? { column, descending: !order.descending }
    : { column, descending: column === 'size' || column === 'modified' }

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

const compare: Record<SortColumn, (a: FileEntry, b: FileEntry) => number> = {
  name: (a, b) => names.compare(a.name, b.name) || (a.name < b.name ? -1 : 1),
  size: (a, b) => a.sizeBytes - b.sizeBytes,
  modified: (a, b) => a.modifiedMs - b.modifiedMs,
  mode: (a, b) => a.mode - b.mode,
}

export interface Shown {
  readonly order: Order
  readonly filter: string
  readonly hidden: boolean
}

/** What is to be seen of a folder, in order. A filter that begins with a dot finds hidden files as well. */
export function arranged(
  entries: readonly FileEntry[],
  { order, filter, hidden }: Shown,
): readonly FileEntry[] {
  const wanted = filter.toLowerCase()
  const withHidden = hidden || wanted.startsWith('.')
  const sign = order.descending ? -1 : 1
  return entries
    .filter((entry) => withHidden || !isHidden(entry))
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .toSorted(
      (a, b) =>
        Number(isFolder(b)) - Number(isFolder(a)) ||
        sign * compare[order.column](a, b) ||
        compare.name(a, b),
    )
}
