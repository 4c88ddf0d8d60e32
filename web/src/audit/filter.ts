// The page's filters as the address has them, days and all, and as the server takes them. Pure.

import type { Filter } from '../api/audit.ts'

export interface AuditSearch {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly target?: string | undefined
  /** Days of the reader's own calendar: `2026-01-31`. The last one is within. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly peer?: string | undefined
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/

/** Midnight there, so many days later; undefined for what is no day. */
function midnight(day: string | undefined, later = 0): string | undefined {
  const [, year, month, date] = DAY.exec(day ?? '') ?? []
  if (year === undefined) return undefined
  const at = new Date(Number(year), Number(month) - 1, Number(date) + later)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

export function filterOf({ from, to, ...rest }: AuditSearch): Filter {
  const all = { ...rest, from: midnight(from), to: midnight(to, 1) }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

export const isFiltered = (search: AuditSearch): boolean =>
  Object.values(search).some((value) => value !== undefined)
