// Whether another peer runs an older or a newer Skein than this one.

const VERSION = /^(\d+)\.(\d+)\.(\d+)/

/** Undefined when they are the same, or when one of them cannot be read. */
export function ageOf(theirs: string, ours: string): 'older' | 'newer' | undefined {
  const [a, b] = [theirs, ours].map((version) => VERSION.exec(version)?.slice(1).map(Number))
  if (!a || !b) return undefined
  const difference = a.map((part, i) => part - (b[i] ?? 0)).find((part) => part !== 0) ?? 0
  if (difference === 0) return undefined
  return difference < 0 ? 'older' : 'newer'
}
