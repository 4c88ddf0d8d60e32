// Which transactions a replica has heard of: for each origin the runs of sequence numbers, mostly one from 1 to its
// head, with gaps where something is still on its way. A version vector with exceptions (Malkhi, Terry, DISC 2005):
// its size follows the number of databases, never that of records.

import type { Dot } from '../../records/records.ts'
import type { Heard, Span } from './delta.ts'
import { type Hash, hashOf } from './hash.ts'

/** Low and high of each run, ascending; no two runs touch. */
type Runs = readonly number[]

export class Context implements Heard {
  readonly #origins = new Map<string, Runs>()
  #hash: Hash | undefined

  static of(spans: Iterable<Span>): Context {
    const context = new Context()
    for (const span of spans) context.add(span)
    return context
  }

  has({ origin, seq }: Dot): boolean {
    const runs = this.#origins.get(origin)
    if (!runs) return false
    const at = runAtOrBefore(runs, seq)
    return at >= 0 && seq <= (runs[at + 1] ?? 0)
  }

  /** Whether all of a span was heard of. */
  covers({ origin, low, high }: Span): boolean {
    const runs = this.#origins.get(origin)
    if (!runs) return false
    const at = runAtOrBefore(runs, low)
    return at >= 0 && high <= (runs[at + 1] ?? 0)
  }

  /** Nothing is ever taken away but by `become`: a context only grows. */
  add({ origin, low, high }: Span): void {
    if (low < 1 || high < low || this.covers({ origin, low, high })) return
    const runs = this.#origins.get(origin) ?? []
    const before: number[] = []
    const after: number[] = []
    let [first, last] = [low, high]
    for (let i = 0; i < runs.length; i += 2) {
      const [from, to] = [runs[i] ?? 0, runs[i + 1] ?? 0]
      if (to + 1 < low) before.push(from, to)
      else if (from > high + 1) after.push(from, to)
      else [first, last] = [Math.min(first, from), Math.max(last, to)]
    }
    this.#origins.set(origin, [...before, first, last, ...after])
    this.#hash = undefined
  }

  addDot({ origin, seq }: Dot): void {
    this.add({ origin, low: seq, high: seq })
  }

  /** The same as another from here on: of a database that went back, which has heard of less. */
  become(other: Context): void {
    this.#origins.clear()
    for (const [origin, runs] of other.#origins) this.#origins.set(origin, runs)
    this.#hash = undefined
  }

  union(other: Context): void {
    for (const [origin, runs] of other.#origins) {
      const held = this.#origins.get(origin)
      // Runs are never changed, and copies share them.
      if (held === runs) continue
      for (const span of spansOf(origin, runs)) this.add(span)
    }
  }

  /** What the other has heard of and this has not. */
  missingFrom(other: Context): Span[] {
    const differing = [...other.#origins].filter(
      ([origin, runs]) => !isSame(runs, this.#origins.get(origin)),
    )
    if (differing.length === 0) return []
    return differing
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([origin, runs]) => spansOf(origin, runs))
      .flatMap((span) => this.#without(span))
  }

  /** By origin, then ascending: two equal contexts give equal lists. */
  spans(): Span[] {
    const origins = [...this.#origins.keys()].toSorted()
    return origins.flatMap((origin) => spansOf(origin, this.#origins.get(origin) ?? []))
  }

  /** The last sequence number heard of; 0 of an origin that is not known. */
  head(origin: string): number {
    return this.#origins.get(origin)?.at(-1) ?? 0
  }

  /** What is still missing below the heads. */
  gaps(): Span[] {
    return [...this.#origins.keys()].toSorted().flatMap((origin) => {
      const whole = { origin, low: 1, high: this.head(origin) }
      return this.#without(whole)
    })
  }

  copy(): Context {
    const copy = new Context()
    for (const [origin, runs] of this.#origins) copy.#origins.set(origin, runs)
    return copy
  }

  /** Equal for equal contexts, in whatever order they came about. */
  get hash(): Hash {
    this.#hash ??= hashOf(
      this.spans()
        .map(({ origin, low, high }) => `${origin}:${low}-${high}`)
        .join(' '),
    )
    return this.#hash
  }

  #without({ origin, low, high }: Span): Span[] {
    const missing: Span[] = []
    const runs = this.#origins.get(origin) ?? []
    let next = low
    for (let i = 0; i < runs.length && next <= high; i += 2) {
      const [from, to] = [runs[i] ?? 0, runs[i + 1] ?? 0]
      if (to < next) continue
      if (from > high) break
      if (from > next) missing.push({ origin, low: next, high: from - 1 })
      next = to + 1
    }
    if (next <= high) missing.push({ origin, low: next, high })
    return missing
  }
}

function spansOf(origin: string, runs: Runs): Span[] {
  const spans: Span[] = []
  for (let i = 0; i < runs.length; i += 2) {
    spans.push({ origin, low: runs[i] ?? 0, high: runs[i + 1] ?? 0 })
  }
  return spans
}

function isSame(a: Runs, b: Runs | undefined): boolean {
  if (a === b) return true
  return b?.length === a.length && a.every((end, i) => end === b[i])
}

/** The place of the last run that begins at `seq` or before; -2 when there is none. */
function runAtOrBefore(runs: Runs, seq: number): number {
  let [low, high] = [0, runs.length / 2]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[2 * middle] ?? 0) <= seq) low = middle + 1
    else high = middle
  }
  return 2 * (low - 1)
}
