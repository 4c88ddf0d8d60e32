// What everybody was promised, against which the databases are held. D1 equal contexts mean equal contents; D2 all agree
// in the end; D3 no acknowledged write is lost unless superseded; D4 what was deleted stays so; D5 contexts grow and no
// dot is used twice; D6 clocks do not go back, but where one was put right; D7 a write is stamped later than what its writer had seen; D8 rights
// that were taken away stay so unless somebody who knew gave them back, and a name has one holder; D9 fields of a newer
// version survive an older peer.

import { holding } from '../../../server/cluster/replica/claims.ts'
import type { Context } from '../../../server/cluster/replica/context.ts'
import type { Delta } from '../../../server/cluster/replica/delta.ts'
import { isSameHash } from '../../../server/cluster/replica/hash.ts'
import { knewOf } from '../../../server/cluster/replica/past.ts'
import type { Dot, Version } from '../../../server/records/records.ts'
import { compareVersions } from '../../../server/records/version.ts'
import type { StoredGroup } from '../../../server/store/store.ts'
import type { Database } from './database.ts'
import type { DataPeer } from './peer.ts'
import type { Replica } from './replica.ts'
import type { Write } from './write.ts'

interface Told {
  readonly births: Dot[]
  readonly deletes: Dot[]
  readonly values: Map<string, Version[]>
}

/** A value of `user.access` as it was written: whoever passes it on adds what it has won over. */
interface Access {
  readonly group: StoredGroup
  /** Whether it was written over one that was disabled. */
  readonly sawDisabled: boolean
}

export class Ledger {
  violation: string | undefined
  writes = 0
  readonly #databases: readonly Database[]
  readonly #rows = new Map<string, Told>()
  readonly #claims = new Map<string, { births: Dot[]; releases: Dot[] }>()
  readonly #dots = new Set<string>()
  readonly #clocks = new Map<string, bigint>()
  /** Every value of `user.access`, by row. */
  readonly #access = new Map<string, Access[]>()
  /** Values in one state of their past that hold. */
  readonly #checked = new WeakSet<StoredGroup>()
  #hasOld = false
  /** What restored databases had written after their copies were made. */
  readonly #undone: { origin: string; after: number }[] = []
  readonly #heardBefore = new Map<Database, Context>()
  readonly #restored = new Set<Database>()
  readonly #origins = new Map<Database, Set<string>>()

  constructor(databases: readonly Database[]) {
    this.#databases = databases
  }

  wrote({ database }: DataPeer, dot: Dot, writes: readonly Write[], delta: Delta): void {
    this.writes += 1
    const key = `${dot.origin}.${dot.seq}`
    if (this.#dots.has(key)) this.#violate(`D5 the dot ${key} was used twice`)
    this.#dots.add(key)
    this.#originsOf(database).add(dot.origin)
    this.#noteClock(dot, delta, database.replica)
    this.#noteCause(database.replica)
    for (const row of delta.rows) {
      const told = this.#told(`${row.kind}/${row.id}`)
      if (isSame(row.birth, dot)) told.births.push(dot)
      for (const group of row.groups) {
        const { name, version } = group
        if (!isSame(version, dot)) continue
        if (name === 'access') this.#noteAccess(database.replica, row.id, group)
        told.values.set(name, [...(told.values.get(name) ?? []), version])
      }
    }
    for (const write of writes) {
      if (write.op === 'delete') this.#told(`${write.kind}/${write.id}`).deletes.push(dot)
    }
    for (const { claim, birth } of delta.claims) {
      if (isSame(birth, dot)) this.#claimed(`${claim} ${dot.origin}.${dot.seq}`).births.push(dot)
    }
    for (const { kind, id, birth, dots } of delta.tombstones) {
      if (kind !== 'claim' || !dots.some((one) => isSame(one, dot))) continue
      this.#claimed(`${id} ${birth.origin}.${birth.seq}`).releases.push(dot)
    }
  }

  /** After every change of a database. */
  changed({ database, isOld }: DataPeer): void {
    this.#hasOld ||= isOld
    const { replica } = database
    const before = this.#heardBefore.get(database)
    if (before && replica.heard.missingFrom(before).length > 0) {
      this.#violate(`D5 ${replica.origin} has forgotten what it had heard of`)
    }
    this.#heardBefore.set(database, replica.heard.copy())
    this.#checkAccesses(replica)
    for (const other of this.#databases) {
      if (other !== database) this.#compare(replica, other.replica)
    }
  }

  /** D3 of what a second peer has acknowledged: it must be on that disk. */
  acked(by: Database | undefined, spans: Context): void {
    if (!by || this.#restored.has(by)) return
    if (by.replica.heard.missingFrom(spans).length > 0) {
      this.#violate(`D3 ${by.replica.origin} acknowledged what it does not have`)
    }
  }

  /** Under whatever origins it wrote since the copy was made: what the copy has not heard of is gone with it. */
  restored(database: Database, copy: Replica): void {
    const origins = this.#originsOf(database)
    for (const origin of origins) this.#undone.push({ origin, after: copy.heard.head(origin) })
    this.#heardBefore.delete(database)
    this.#restored.add(database)
  }

  /** A shared database is what it was, and members remember more: what none of them does is gone. */
  wentBack(database: Database, before: Context, remembered: Context): void {
    for (const origin of this.#originsOf(database)) {
      const after = remembered.head(origin)
      if (after < before.head(origin)) this.#undone.push({ origin, after })
    }
    this.#heardBefore.delete(database)
    this.#restored.add(database)
  }

  /** At the end, when everybody has had time to hear of everything. */
  finally(): string | undefined {
    const [first, ...others] = this.#databases.map(({ replica }) => replica)
    if (this.violation || !first) return this.violation
    const other = others.find(({ text }) => text !== first.text)
    if (other)
      return `D2 ${first.origin} and ${other.origin} differ in the end: ${difference(first, other)}`
    for (const [key, told] of this.#rows) this.#checkRow(first, key, told)
    for (const [key, told] of this.#claims) this.#checkClaim(first, key, told)
    for (const [id, written] of this.#access) {
      this.#checkAccess(id, first.group('user', id, 'access'), written)
    }
    return this.violation
  }

  /**
   * D8, where all peers know the policy: each disabling that went into the value was seen by somebody who enabled. It need
   * not be one for all: of two sides that both disable, and both enable again, neither says that the user is disabled.
   */
  #checkAccess(id: string, held: StoredGroup | undefined, disablings: readonly Access[]): void {
    if (!held || this.#hasOld || this.#undone.length > 0 || isDisabled(held)) return
    const written = this.#access.get(id) ?? []
    const enabling = written.filter((one) => one.sawDisabled && !isDisabled(one.group))
    const wasSeen = (one: StoredGroup) => enabling.some(({ group }) => knewOf(group, one))
    if (disablings.some(({ group }) => isDisabled(group) && !wasSeen(group))) {
      this.#violate(`D8 ${id} is enabled by one who had not seen the disabling`)
    }
  }

  /** At once, or what comes later is written by somebody who saw another disabling and covers it up. */
  #checkAccesses(replica: Replica): void {
    for (const [id, written] of this.#access) {
      const held = replica.group('user', id, 'access')
      if (!held || this.#checked.has(held)) continue
      this.#checked.add(held)
      const joined = written.filter(({ group }) => knewOf(held, group))
      this.#checkAccess(id, held, joined)
    }
  }

  #noteAccess({ replaced }: Replica, id: string, group: StoredGroup): void {
    const isOver = ([, { name, version }]: (typeof replaced)[number]) =>
      name === group.name && isSame(version, group.version)
    const sawDisabled = replaced.some((one) => isOver(one) && isDisabled(one[0]))
    this.#access.set(id, [...(this.#access.get(id) ?? []), { group, sawDisabled }])
  }

  #checkRow(replica: Replica, key: string, { births, deletes, values }: Told): void {
    const row = replica.rows.get(key)
    const isCertain = (dot: Dot) => !this.#isUndone(dot)
    const name = key.slice(0, 24)
    if (row && deletes.some(isCertain)) this.#violate(`D4 ${name} came back`)
    if (!row && deletes.length === 0 && births.some(isCertain)) this.#violate(`D3 ${name} is lost`)
    for (const { name: group, version } of row?.groups ?? []) {
      const certain = (values.get(group) ?? []).filter(isCertain)
      if (certain.some((one) => compareVersions(one, version) > 0)) {
        this.#violate(`D3 ${name}/${group} has an older value`)
      }
    }
  }

  #checkClaim(
    replica: Replica,
    key: string,
    { births, releases }: { births: Dot[]; releases: Dot[] },
  ) {
    const [claim = '', dot = ''] = key.split(' ')
    const all = replica.claims(claim)
    const isThere = all.some(({ birth }) => `${birth.origin}.${birth.seq}` === dot)
    const isCertain = (one: Dot) => !this.#isUndone(one)
    if (isThere && releases.some(isCertain)) this.#violate(`D4 the claim ${key} came back`)
    if (!isThere && releases.length === 0 && births.some(isCertain)) {
      this.#violate(`D3 the claim ${key} is lost`)
    }
    if (all.length > 0 && holding(all) === undefined) this.#violate(`D8 nobody holds ${claim}`)
  }

  #compare(a: Replica, b: Replica): void {
    if (!isSameHash(a.heard.hash, b.heard.hash) || isSameHash(a.prints.root, b.prints.root)) return
    if (!a.isSettled || !b.isSettled) return
    this.#violate(`D1 ${a.origin} and ${b.origin} heard the same and differ: ${difference(a, b)}`)
  }

  /** D6, also over restarts. */
  #noteClock(dot: Dot, { rows, claims }: Delta, replica: Replica): void {
    const versions = [...rows.flatMap(({ groups }) => groups), ...claims].map(
      ({ version }) => version,
    )
    const [version] = versions.filter((one) => isSame(one, dot))
    if (!version) return
    const before = this.#clocks.get(dot.origin) ?? 0n
    if (version.hlc < before && !replica.wasPutRight) {
      this.#violate(`D6 the clock of ${dot.origin} went back`)
    }
    replica.wasPutRight = false
    this.#clocks.set(dot.origin, version.hlc)
  }

  /** D7: what is written over is older than what is written; D9: and had no field that is lost. */
  #noteCause(replica: Replica): void {
    for (const [held, written] of replica.replaced) {
      const { origin, seq } = written.version
      if (compareVersions(written.version, held.version) <= 0) {
        this.#violate(`D7 ${origin}.${seq} is older than what it was written over`)
      }
      if (hasLater(held) && !hasLater(written)) this.#violate(`D9 ${origin}.${seq} lost a field`)
    }
  }

  #originsOf(database: Database): Set<string> {
    const origins = this.#origins.get(database) ?? new Set()
    this.#origins.set(database, origins)
    return origins
  }

  #isUndone({ origin, seq }: Dot): boolean {
    return this.#undone.some((one) => one.origin === origin && seq > one.after)
  }

  #told(key: string): Told {
    let told = this.#rows.get(key)
    if (!told) {
      told = { births: [], deletes: [], values: new Map() }
      this.#rows.set(key, told)
    }
    return told
  }

  #claimed(key: string) {
    let told = this.#claims.get(key)
    if (!told) {
      told = { births: [], releases: [] }
      this.#claims.set(key, told)
    }
    return told
  }

  #violate(what: string): void {
    this.violation ??= what
  }
}

const isSame = (a: Dot, b: Dot): boolean => a.origin === b.origin && a.seq === b.seq

const isDisabled = ({ body }: StoredGroup): boolean => body.includes('"disabled":true')

/** Whether a field that only a newer version knows is there, read or unread. */
function hasLater({ body, unknown }: StoredGroup): boolean {
  return `${body}${unknown ? new TextDecoder().decode(unknown) : ''}`.includes('"later"')
}

function difference(a: Replica, b: Replica): string {
  const [mine, theirs] = [a.text.split('\n'), b.text.split('\n')]
  const only = (all: string[], others: string[]) => all.filter((line) => !others.includes(line))
  const lines = [...only(mine, theirs).slice(0, 2), '|', ...only(theirs, mine).slice(0, 2)]
  return lines.map((line) => line.slice(0, 120)).join(' ')
}
