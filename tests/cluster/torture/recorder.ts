// What the clients did, as a history; and what they know of, to write to it again.

import type { Chance } from '../../sim/chance.ts'
import type { Operation } from '../history/operation.ts'
import type { Answer, Door } from './door.ts'

/** What an operation is, without who, when and how it ended. */
type Deed<T = Operation> = T extends Operation
  ? Omit<T, 'id' | 'client' | 'peer' | 'startMs' | 'endMs' | 'outcome' | 'attempts'>
  : never

export interface Known {
  readonly id: string
  /** As it was last called, for whoever wants to write without renaming it. */
  name: string
}

export class Recorder {
  readonly operations: Operation[] = []
  readonly #known = new Map<string, Known[]>()
  #marks = 0

  /** A value that nobody else writes. */
  mark(): string {
    this.#marks += 1
    return `mark${this.#marks}`
  }

  note(client: string, door: Door, answer: Answer, deed: Deed): void {
    const { outcome, startMs, endMs, attempts } = answer
    const id = `${deed.op}-${this.operations.length + 1}`
    const told = { id, client, peer: door.peer, startMs, endMs, outcome, attempts }
    this.operations.push({ ...told, ...deed })
  }

  know(kind: string, thing: Known): void {
    const known = this.#known.get(kind)
    if (known) known.push(thing)
    else this.#known.set(kind, [thing])
  }

  forget(kind: string, id: string): void {
    const rest = (this.#known.get(kind) ?? []).filter((thing) => thing.id !== id)
    this.#known.set(kind, rest)
  }

  count(kind: string): number {
    return this.#known.get(kind)?.length ?? 0
  }

  pick(kind: string, chance: Chance): Known | undefined {
    const known = this.#known.get(kind) ?? []
    return known[Math.floor(chance.next() * known.length)]
  }

  /** How many ended in each way, for people. */
  summary(): string {
    const counts = new Map<string, number>()
    for (const { outcome } of this.operations) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    const told = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
    return `${this.operations.length} operations: ${told}`
  }
}
