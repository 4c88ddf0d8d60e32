// The known word that a misspelt one most likely meant.

/** The candidate with the fewest edits (Levenshtein) from `word`; ties go to the earlier one. */
export function nearest(word: string, candidates: readonly string[]): string {
  let best = ''
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const count = edits(word, candidate)
    if (count < fewest) {
      best = candidate
      fewest = count
    }
  }
  return best
}

/** Insertions, deletions and replacements that turn `a` into `b`; one row of the table is kept. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
