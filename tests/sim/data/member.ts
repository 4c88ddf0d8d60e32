// What one of several peers on a database has in memory: the database as it was at some commit. It decides upon that, and a
// commit that another has overtaken is refused; then it looks, and decides again. A database that went back to an earlier
// state takes a new origin from whoever looks first, and gets from each what that has in memory.

import type { Delta } from '../../../server/cluster/replica/delta.ts'
import type { JoinRules } from '../../../server/cluster/replica/join.ts'
import type { Dot } from '../../../server/records/records.ts'
import type { Breakage } from './broken.ts'
import type { Database } from './database.ts'
import type { Replica } from './replica.ts'

export interface MemberParts {
  readonly database: Database
  readonly breakage: Breakage
  readonly newOrigin: () => string
}

export class Member {
  readonly view: Replica
  readonly #parts: MemberParts
  #revision: number
  /** Of how often the database had gone back when this was seen. */
  #era: number

  constructor(parts: MemberParts) {
    const { database } = parts
    this.#parts = parts
    this.view = database.replica.copy()
    this.#revision = database.revision
    this.#era = database.era
  }

  /** Whether a commit that is decided upon this is taken. */
  get isLevel(): boolean {
    const { revision, era, originEra } = this.#parts.database
    return this.#revision === revision && this.#era === era && originEra === era
  }

  /** Whether the database went back, and has no new origin or not yet what this one remembers. */
  get isAstray(): boolean {
    const { era, originEra } = this.#parts.database
    return this.isOfBefore || era !== originEra
  }

  /** Whether it may remember what the database has forgotten. */
  get isOfBefore(): boolean {
    return this.#era !== this.#parts.database.era
  }

  /** What is there goes into memory, and what is missing there goes back; the dots of what that had to write. */
  look(nowMs: number, rules: JoinRules): Dot | undefined {
    const { database, breakage, newOrigin } = this.#parts
    const { replica } = database
    if (database.originEra !== database.era) {
      if (!breakage.backKeepsOrigin) Object.assign(replica, { origin: newOrigin(), seq: 0 })
      database.originEra = database.era
    }
    const { isOfBefore } = this
    replica.rules = rules
    const returned =
      isOfBefore && !breakage.forgets
        ? replica.merge(everythingOf(this.view), nowMs, this.view)
        : undefined
    database.revision += 1
    this.see()
    return returned?.mended
  }

  see(): void {
    const { database } = this.#parts
    this.view.become(database.replica)
    this.#revision = database.revision
    this.#era = database.era
  }

  /** Overtakes whatever others have written, as no driver would let it. */
  overtake(): void {
    const { database } = this.#parts
    database.replica.become(this.view)
  }
}

/** All that is there, with all that was heard of: what is not in it and was heard of is gone. */
function everythingOf(replica: Replica): Delta {
  return {
    rows: [...replica.rows.values()],
    claims: [...replica.claimed.values()],
    tombstones: [...replica.buried.values()],
    entries: [...replica.entries.values()],
    spans: replica.heard.spans(),
    floors: replica.floorList(),
  }
}
