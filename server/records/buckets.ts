// Ids by the buckets in which replicas are compared, of the kinds that were ever compared here: most peers never are. Filled
// when they are first asked for, kept up from then on: a comparison asks for four buckets three hundred times, and to look
// at every id each time held the event loop for ten seconds altogether.

import type { Bucket } from '../cluster/replica/delta.ts'
import { BUCKETS, bucketOf } from '../cluster/replica/fingerprint.ts'

/** The ids of a kind, as they are at any moment. */
export interface Ids {
  all(): Iterable<string>
  has(id: string): boolean
}

interface Filled {
  readonly sets: readonly Set<string>[]
  /** What was there when it began and was not looked at yet. */
  readonly left: Iterator<string>
  isDone: boolean
}

/** Ids looked at in one turn of the event loop: a millisecond or two. */
const IDS_A_TURN = 2000

export class Buckets {
  readonly #kinds = new Map<string, Filled>()

  /** So that what follows does not have to look at all ids at once. */
  async prepare(kind: string, ids: Ids): Promise<void> {
    const filled = this.#of(kind, ids)
    while (!filled.isDone) {
      fill(filled, ids, IDS_A_TURN)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  ids({ kind, number }: Bucket, ids: Ids): ReadonlySet<string> {
    const filled = this.#of(kind, ids)
    fill(filled, ids, Number.POSITIVE_INFINITY)
    return filled.sets[number] ?? NONE
  }

  add(kind: string, id: string): void {
    this.#kinds.get(kind)?.sets[bucketOf(id)]?.add(id)
  }

  remove(kind: string, id: string): void {
    this.#kinds.get(kind)?.sets[bucketOf(id)]?.delete(id)
  }

  #of(kind: string, ids: Ids): Filled {
    const there = this.#kinds.get(kind)
    if (there) return there
    const sets = Array.from({ length: BUCKETS }, () => new Set<string>())
    const filled = { sets, left: [...ids.all()].values(), isDone: false }
    this.#kinds.set(kind, filled)
    return filled
  }
}

const NONE: ReadonlySet<string> = new Set()

/** What goes while it is being filled must not come back. */
function fill(filled: Filled, ids: Ids, most: number): void {
  for (let i = 0; i < most && !filled.isDone; i++) {
    const { value: id, done } = filled.left.next()
    if (done) filled.isDone = true
    else if (ids.has(id)) filled.sets[bucketOf(id)]?.add(id)
  }
}
