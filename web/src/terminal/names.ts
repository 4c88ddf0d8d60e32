// Names of new terminals. Pure.

/** The first is `main`, the others count on; a name that was closed is used again. */
export function nextName(taken: readonly string[]): string {
  if (!taken.includes('main')) return 'main'
  let number = 2
  while (taken.includes(`term-${number}`)) number++
  return `term-${number}`
}
