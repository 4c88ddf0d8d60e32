// Ids by the buckets in which replicas are compared, of the kinds that were ever compared here: most peers never are. Made
// when it is first asked for, kept up from then on: a comparison asks for four buckets a hundred times, and to look at every
// id each time held the event loop for seconds altogether.

import type { Bucket } from '../cluster/replica/delta.ts'
import { BUCKETS, bucketOf } from '../cluster/replica/fingerprint.ts'

export class Buckets {
  readonly #kinds = new Map<string, readonly Set<string>[]>()

  /** `all` gives every id of the kind as it is now. */
  ids({ kind, number }: Bucket, all: () => Iterable<string>): ReadonlySet<string> {
    let buckets = this.#kinds.get(kind)
    if (!buckets) {
      buckets = Array.from({ length: BUCKETS }, () => new Set<string>())
      for (const id of all()) buckets[bucketOf(id)]?.add(id)
      this.#kinds.set(kind, buckets)
    }
    return buckets[number] ?? NONE
  }

  add(kind: string, id: string): void {
    this.#kinds.get(kind)?.[bucketOf(id)]?.add(id)
  }

  remove(kind: string, id: string): void {
    this.#kinds.get(kind)?.[bucketOf(id)]?.delete(id)
  }
}

const NONE: ReadonlySet<string> = new Set()
