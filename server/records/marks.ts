// A set in one field group whose removals win: who is a member, which roles somebody has, with whom a space is shared. Each
// key carries a count that grows with every change, odd while the key is in (a causal-length set: Yu & Rostad, PaPoC
// 2020). Joined by the larger count, additions of different keys are all kept, and a removal wins over whatever did
// not know of it. Pure.

export interface Mark {
  /** Odd: in the set. */
  readonly n: number
  /** What the key is in as, e.g. the level of a share. */
  readonly as?: string | undefined
}

export type Marks = Readonly<Record<string, Mark>>

/** Keys that were ever in: past it the removed ones are forgotten, and then the longest list is as long as this. */
export const MAX_MARKS = 500

export const isIn = (marks: Marks | undefined, key: string): boolean =>
  markOf(marks, key) !== undefined

/** The key's mark while it is in. */
export function markOf(marks: Marks | undefined, key: string): Mark | undefined {
  const mark = marks && Object.hasOwn(marks, key) ? marks[key] : undefined
  return mark && mark.n % 2 === 1 ? mark : undefined
}

export const keysIn = (marks: Marks | undefined): string[] =>
  Object.entries(marks ?? {}).flatMap(([key, { n }]) => (n % 2 === 1 ? [key] : []))

export function marked(marks: Marks | undefined, key: string, as?: string): Marks {
  const { n } = (marks && Object.hasOwn(marks, key) && marks[key]) || { n: 0 }
  const mark = { n: n % 2 === 1 ? n : n + 1, ...(as !== undefined && { as }) }
  return pruned({ ...marks, [key]: mark })
}

export function unmarked(marks: Marks | undefined, key: string): Marks {
  const held = markOf(marks, key)
  return held ? { ...marks, [key]: { n: held.n + 1 } } : { ...marks }
}

/** Exactly these keys, as changes of what was there. */
export function markedExactly(marks: Marks | undefined, keys: readonly string[]): Marks {
  const gone = keysIn(marks).filter((key) => !keys.includes(key))
  const without = gone.reduce(unmarked, marks ?? {})
  return keys.reduce((all, key) => marked(all, key), without)
}

function pruned(marks: Marks): Marks {
  const entries = Object.entries(marks)
  if (entries.length <= MAX_MARKS) return marks
  return Object.fromEntries(entries.filter(([, { n }]) => n % 2 === 1))
}

/**
 * What holds of two that did not know of each other. `order` names what keys are in as, the least first: of two the lesser
 * holds.
 */
export function joinMarks(a: Marks, b: Marks, order: readonly string[] = []): Marks {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return Object.fromEntries(
    keys.flatMap((key) => {
      const mark = joinMark(
        Object.hasOwn(a, key) ? a[key] : undefined,
        Object.hasOwn(b, key) ? b[key] : undefined,
        order,
      )
      return mark ? [[key, mark] as const] : []
    }),
  )
}

function joinMark(a: Mark | undefined, b: Mark | undefined, order: readonly string[]) {
  if (!a || !b) return a ?? b
  if (a.n !== b.n) return a.n > b.n ? a : b
  return order.indexOf(b.as ?? '') < order.indexOf(a.as ?? '') ? b : a
}
