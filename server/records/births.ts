// What was born when and is still here: from the dot of a birth to the rows and claims that it made. Absence can be
// decided only with it: a range of transactions that comes without something born in them says that it was deleted.

import type { StoredName } from '../store/store.ts'
import { ensure } from './ensure.ts'
import type { DotSpan } from './layer.ts'

/** Nearly every transaction makes one thing, and an array costs more than the thing. */
type Born = StoredName | readonly StoredName[]

export class Births {
  readonly #origins = new Map<string, Map<number, Born>>()

  /** Keeps what it is given, which may be the row itself. */
  add(name: StoredName): void {
    const { origin, seq } = name.birth
    const births = ensure(this.#origins, origin, () => new Map<number, Born>())
    const there = births.get(seq)
    if (!there) {
      births.set(seq, name)
      return
    }
    const others = listOf(there).filter((other) => !isSame(other, name))
    births.set(seq, others.length === 0 ? name : [...others, name])
  }

  remove(name: StoredName): void {
    const { origin, seq } = name.birth
    const births = this.#origins.get(origin)
    const [first, ...rest] = listOf(births?.get(seq)).filter((other) => !isSame(other, name))
    if (first) births?.set(seq, rest.length === 0 ? first : [first, ...rest])
    else births?.delete(seq)
  }

  *within({ origin, low, high }: DotSpan): Iterable<StoredName> {
    const births = this.#origins.get(origin)
    if (!births) return
    if (high - low < births.size) {
      for (let seq = low; seq <= high; seq++) yield* listOf(births.get(seq))
      return
    }
    for (const [seq, born] of births) {
      if (low <= seq && seq <= high) yield* listOf(born)
    }
  }
}

function listOf(born: Born | undefined): readonly StoredName[] {
  if (!born) return []
  return 'birth' in born ? [born] : born
}

const isSame = (a: StoredName, b: StoredName): boolean => a.kind === b.kind && a.id === b.id
