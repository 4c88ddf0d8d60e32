// Lists that grow, a page at a time. Who asks for no page gets all of it, as before: the browser's pages filter and count
// what they have. Ids are UUIDv7, so that a list by id is one by age, and a page begins behind an id, whether that is still
// there or not, at any peer.

import { MAX_PAGE, type Paging } from '#protocol/api/paging.ts'

export interface Paged<T> {
  readonly items: readonly T[]
  /** Absent when this was the last page. */
  readonly next?: string
}

export function paged<T extends { readonly id: string }>(
  all: readonly T[],
  { limit, after }: Paging,
): Paged<T> {
  if (limit === undefined && after === undefined) return { items: all }
  const sorted = all.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const rest = after === undefined ? sorted : sorted.filter(({ id }) => id > after)
  const items = rest.slice(0, limit ?? MAX_PAGE)
  const last = items.at(-1)
  return { items, ...(last && items.length < rest.length && { next: last.id }) }
}
