// How the list of spaces is ordered. `used:desc` in the address bar means most recently used first. Pure.

import type { Space, SpaceState } from '#protocol/api/spaces.ts'

export const sortColumns = ['name', 'state', 'template', 'owner', 'cpu', 'memory', 'used'] as const
export type SortColumn = (typeof sortColumns)[number]

export interface Order {
  readonly column: SortColumn
  readonly descending: boolean
}

export const defaultOrder: Order = { column: 'used', descending: true }

export function parseOrder(text: string | undefined): Order {
  const [name, direction] = (text ?? '').split(':')
  const column = sortColumns.find((each) => each === name)
  return column ? { column, descending: direction === 'desc' } : defaultOrder
}

export function orderText({ column, descending }: Order): string | undefined {
  if (column === defaultOrder.column && descending === defaultOrder.descending) return undefined
  return descending ? `${column}:desc` : column
}

/** A second click on a column turns it round; numbers and times begin with the largest. */
export function clicked(before: Order, column: SortColumn): Order {
  if (before.column === column) return { column, descending: !before.descending }
  return { column, descending: column === 'used' || column === 'cpu' || column === 'memory' }
}

/** What wants attention first. */
const stateRank: Record<SpaceState, number> = {
  failed: 0,
  pulling: 1,
  starting: 1,
  running: 2,
  stopping: 3,
  deleting: 4,
  stopped: 5,
}

/** Milliseconds since 1970: opened here, else started, else made. */
export function usedAtMs(space: Space, usedAt: Readonly<Record<string, number>>): number {
  return Math.max(usedAt[space.id] ?? 0, Date.parse(space.startedAt ?? space.createdAt))
}

export function ordered(
  spaces: readonly Space[],
  { column, descending }: Order,
  usedAt: Readonly<Record<string, number>>,
): Space[] {
  const value = (space: Space): number | string => {
    switch (column) {
      case 'name':
        return space.name
      case 'state':
        return stateRank[space.state]
      case 'template':
        return space.template.name.toLowerCase()
      case 'owner':
        return space.owner.name
      case 'cpu':
        return space.usage?.cpuPercent ?? -1
      case 'memory':
        return space.usage?.memoryBytes ?? -1
      case 'used':
        return usedAtMs(space, usedAt)
    }
  }
  const sign = descending ? -1 : 1
  return [...spaces].sort((a, b) => sign * compare(value(a), value(b)) || compare(a.name, b.name))
}

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0)
