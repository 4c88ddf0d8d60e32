// What a peer on a shared database remembers of what was committed lately. Rows, claims and tombstones are in memory for
// good; stream entries are not, and of a database that goes back to an earlier state they are missing.

import { Context } from '../cluster/replica/context.ts'
import type { Span } from '../cluster/replica/delta.ts'
import type { StoredEntry } from '../store/store.ts'
import type { Effects } from './effects.ts'

/** Entries kept: at a thousand a second more than a failover takes, at 500 bytes each 5 MB. */
export const MAX_RECENT = 10_000
/** Commits kept, with entries or without. */
const MAX_COMMITS = 10_000

interface Commit {
  readonly spans: readonly Span[]
  readonly entries: readonly StoredEntry[]
}

export class Recent {
  #commits: Commit[] = []
  #entries = 0

  /** `spans`: the transactions that are known by these, our own among them. */
  add(effects: readonly Effects[], spans: readonly Span[]): void {
    const entries = effects.flatMap((one) => one.entries)
    if (entries.length === 0 && spans.length === 0) return
    this.#commits.push({ spans, entries })
    this.#entries += entries.length
    while (this.#entries > MAX_RECENT || this.#commits.length > MAX_COMMITS) {
      this.#entries -= this.#commits.shift()?.entries.length ?? 0
    }
  }

  /** Of transactions that another has not heard of: those of which all entries are remembered, and these. */
  beyond(heard: Context): { readonly spans: readonly Span[]; readonly entries: StoredEntry[] } {
    const remembered = Context.of(this.#commits.flatMap(({ spans }) => spans))
    const spans = heard.missingFrom(remembered)
    const missing = Context.of(spans)
    const entries = this.#commits.flatMap((commit) => commit.entries)
    return { spans, entries: entries.filter(({ dot }) => missing.has(dot)) }
  }
}
