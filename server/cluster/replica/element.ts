// What is there or not there as one: a row, by its id, which is never used again; or a claim, by its name and birth.

import type { Dot } from '../../records/records.ts'
import { CLAIM_KIND } from '../../store/store.ts'

export function elementKey(kind: string, id: string, birth: Dot): string {
  return kind === CLAIM_KIND ? `${kind}/${id}/${birth.origin}/${birth.seq}` : `${kind}/${id}`
}

export const isSameDot = (a: Dot, b: Dot): boolean => a.origin === b.origin && a.seq === b.seq

export function lesserDot(a: Dot, b: Dot): Dot {
  if (a.origin !== b.origin) return a.origin < b.origin ? a : b
  return a.seq <= b.seq ? a : b
}
