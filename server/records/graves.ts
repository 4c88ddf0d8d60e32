// The tombstones, by what they are of: of a row one, of a claim's name one for each time that it was released.

import { isSameDot } from '../cluster/replica/element.ts'
import type { StoredName, StoredTombstone } from '../store/store.ts'

export class Graves {
  readonly #all = new Map<string, readonly StoredTombstone[]>()

  of(kind: string, id: string): readonly StoredTombstone[] {
    return this.#all.get(`${kind}/${id}`) ?? []
  }

  *all(): Iterable<StoredTombstone> {
    for (const tombstones of this.#all.values()) yield* tombstones
  }

  add(tombstone: StoredTombstone): void {
    const { kind, id } = tombstone
    this.#all.set(`${kind}/${id}`, buried(this.of(kind, id), tombstone))
  }

  remove({ kind, id, birth }: StoredName): void {
    const rest = this.of(kind, id).filter((tombstone) => !isSameDot(tombstone.birth, birth))
    if (rest.length > 0) this.#all.set(`${kind}/${id}`, rest)
    else this.#all.delete(`${kind}/${id}`)
  }
}

/** With one more, or with more deletes of one that is there already: its time is the first. */
export function buried(
  tombstones: readonly StoredTombstone[],
  more: StoredTombstone,
): readonly StoredTombstone[] {
  const there = tombstones.find(({ birth }) => isSameDot(birth, more.birth))
  if (!there) return [...tombstones, more]
  const fresh = more.dots.filter((dot) => !there.dots.some((other) => isSameDot(other, dot)))
  const whole = { ...there, dots: [...there.dots, ...fresh] }
  return tombstones.map((tombstone) => (tombstone === there ? whole : tombstone))
}
