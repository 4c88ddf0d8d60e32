// What another replica says, joined with what is here. The order in which replicas hear of things, how often and in what
// pieces makes no difference to what they have in the end (Shapiro et al., SSS 2011: state-based replicated types; the
// use of contexts in place of tombstones: Bieniusa et al., INRIA RR-8083, 2012).
//
//  1. A row that is on both sides: of each group the later stamp stays.
//  2. A row that is not here: if its id has a tombstone or its birth was heard of, it was deleted here. Else it is new.
//  3. Transactions that came in full: what was born in them here and did not come was deleted there.
//  4. Of a tombstone all dots are kept: two deletes that did not know of each other are two.
//
// An element is a row, by its id, or a claim, by its name and birth.

import type { Dot } from '../../records/records.ts'
import { compareVersions } from '../../records/version.ts'
import {
  CLAIM_KIND,
  type StoredClaim,
  type StoredGroup,
  type StoredRow,
  type StoredTombstone,
} from '../../store/store.ts'
import { displacedBy } from './claims.ts'
import { Context } from './context.ts'
import type { Delta, Joined, Known, KnownRow, Span } from './delta.ts'
import { elementKey, isSameDot, lesserDot } from './element.ts'
import { knewAllOf, knewOf, pastOf } from './past.ts'
import { mend } from './policy.ts'

/** The decisions that make a join correct, by name, so that the tests can break one at a time. */
export interface JoinRules {
  /** Rule 1: whether `incoming` takes the place of `held`. */
  readonly isLater: (incoming: StoredGroup, held: StoredGroup) => boolean
  /** Rule 2 and rule 3: absence is deletion where the birth was heard of. */
  readonly birthDots: boolean
  /** Rule 4. */
  readonly keepsAllDots: boolean
  /** Rule 3 for what was reconciled. */
  readonly dropsReconciled: boolean
  readonly mends: boolean
  /** A claim that lost stays until it is released. */
  readonly keepsDisplaced: boolean
}

export const joinRules: JoinRules = {
  isLater: (incoming, held) => compareVersions(incoming.version, held.version) > 0,
  birthDots: true,
  keepsAllDots: true,
  dropsReconciled: true,
  mends: true,
  keepsDisplaced: true,
}

export function join(known: Known, delta: Delta, rules: JoinRules = joinRules): Joined {
  return new Join(known, delta, rules).joined()
}

interface Merging {
  readonly kind: string
  readonly id: string
  readonly held: KnownRow | undefined
  birth: Dot
  /** Groups that won in this join. */
  readonly won: Map<string, StoredGroup>
  /** What holds of several writes that did not know of each other, where none of them says so. */
  readonly both: Map<string, string>
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }

class Join {
  readonly #known: Known
  readonly #delta: Delta
  readonly #rules: JoinRules
  readonly #merging = new Map<string, Merging>()
  readonly #claims = new Map<string, StoredClaim>()
  readonly #buried = new Set<string>()
  #sentKeys: ReadonlySet<string> | undefined
  readonly #out: Mutable<Omit<Joined, 'rows' | 'claims' | 'entries' | 'mended' | 'displaced'>>

  constructor(known: Known, delta: Delta, rules: JoinRules) {
    this.#known = known
    this.#delta = delta
    this.#rules = rules
    const { spans, floors = [] } = delta
    this.#out = {
      ...{ tombstones: [], gone: [], overridden: [] },
      ...{ spans: [...spans], floors: [...floors] },
    }
  }

  joined(): Joined {
    const { rows, claims, tombstones } = this.#delta
    for (const tombstone of tombstones) this.#bury(tombstone)
    for (const row of rows) this.#row(row)
    for (const claim of claims) this.#claim(claim)
    for (const span of this.#delta.spans) this.#dropUnsent(span)
    this.#dropReconciled()
    const merging = [...this.#merging.values()]
    return {
      ...this.#out,
      entries: this.#entries(),
      rows: merging.flatMap(changedRow),
      claims: [...this.#claims.values()],
      mended: merging.flatMap(mendedGroups),
      displaced: displacedBy(this.#known, [...this.#claims.values()], this.#buried),
    }
  }

  /** A tombstone whose dots were all heard of and that nothing stands against was purged here, or never needed. */
  #bury(tombstone: StoredTombstone): void {
    const { kind, id, birth, dots } = tombstone
    this.#buried.add(elementKey(kind, id, birth))
    const held = this.#known.tombstones(kind, id).find((one) => isSameDot(one.birth, birth))
    const isNew = (dot: Dot) => !held?.dots.some((one) => isSameDot(one, dot))
    const news = dots.filter(isNew)
    if (news.length === 0 && !this.#isHere(kind, id, birth)) return
    if (held && !this.#rules.keepsAllDots) return
    if (!held && !this.#isHere(kind, id, birth) && this.#isOver(tombstone)) return
    this.#out.tombstones.push({ ...tombstone, dots: news.length > 0 ? news : dots })
  }

  /** Each exactly once: with the transaction that it was appended in. */
  #entries(): Joined['entries'] {
    const heard = Context.of(this.#delta.spans)
    return this.#delta.entries.filter(({ dot }) => heard.has(dot) && !this.#known.heard.has(dot))
  }

  #isOver({ birth, dots }: StoredTombstone): boolean {
    const { heard } = this.#known
    return heard.has(birth) && dots.every((dot) => heard.has(dot))
  }

  #isHere(kind: string, id: string, birth: Dot): boolean {
    if (kind !== CLAIM_KIND) return this.#known.row(kind, id) !== undefined
    return this.#known.claims(id).some((claim) => isSameDot(claim.birth, birth))
  }

  #row(row: StoredRow): void {
    const { kind, id, birth } = row
    if (this.#buried.has(elementKey(kind, id, birth))) return
    const merging = this.#mergingOf(row)
    if (!merging) return
    merging.birth = lesserDot(merging.birth, birth)
    for (const group of row.groups) this.#group(merging, group)
  }

  /** Nothing when the row was deleted here. */
  #mergingOf({ kind, id, birth }: StoredRow): Merging | undefined {
    const key = elementKey(kind, id, birth)
    const begun = this.#merging.get(key)
    if (begun) return begun
    const held = this.#known.row(kind, id)
    if (!held && this.#isDeleted(kind, id, birth)) return undefined
    const merging: Merging = {
      ...{ kind, id, held, birth: held?.birth ?? birth },
      ...{ won: new Map(), both: new Map() },
    }
    this.#merging.set(key, merging)
    return merging
  }

  #isDeleted(kind: string, id: string, birth: Dot): boolean {
    const tombstones = this.#known.tombstones(kind, id)
    // A row's id is never used again; a claim's name is, and each claiming is a claim of its own.
    if (tombstones.some((one) => kind !== CLAIM_KIND || isSameDot(one.birth, birth))) return true
    return this.#rules.birthDots && this.#known.heard.has(birth)
  }

  #group(merging: Merging, incoming: StoredGroup): void {
    const { kind, id, won, both } = merging
    const { name, version } = incoming
    const here = won.get(name)?.version ?? merging.held?.versions[name]
    if (here && compareVersions(version, here) === 0) return
    const held = here && (won.get(name) ?? this.#known.group(kind, id, name))
    if (!held) {
      won.set(name, incoming)
      return
    }
    const isLater = this.#rules.isLater(incoming, held)
    if (isLater) won.set(name, incoming)
    if (!knewAllOf(isLater ? incoming : held, isLater ? held : incoming)) {
      this.#conflict(merging, held, incoming, isLater)
    } else if (isLater) both.delete(name)
  }

  /**
   * Neither knew of the other, or the later not of what the earlier had won over, which was told then. From here on the
   * one that stays counts as knowing, so that it is settled once.
   */
  #conflict(
    { kind, id, won, both }: Merging,
    held: StoredGroup,
    incoming: StoredGroup,
    isLater: boolean,
  ): void {
    const { name } = held
    const [later, earlier] = isLater ? [incoming, held] : [held, incoming]
    won.set(name, { ...later, past: pastOf(later.version.origin, later, earlier) })
    const { version: lost } = earlier
    if (!knewOf(later, earlier)) {
      this.#out.overridden.push({ kind, id, group: name, lost, by: later.version })
    }
    if (!this.#rules.mends) return
    const here = both.get(name) ?? held.body
    const [first, second] = isLater ? [incoming.body, here] : [here, incoming.body]
    const value = mend(kind, name, first, second) ?? first
    if (value === later.body) both.delete(name)
    else both.set(name, value)
  }

  #claim(incoming: StoredClaim): void {
    const { claim, birth } = incoming
    const key = elementKey(CLAIM_KIND, claim, birth)
    if (this.#buried.has(key)) return
    const held =
      this.#claims.get(key) ?? this.#known.claims(claim).find((one) => isSameDot(one.birth, birth))
    if (!held && this.#isDeleted(CLAIM_KIND, claim, birth)) return
    if (held && compareVersions(incoming.version, held.version) <= 0) return
    this.#claims.set(key, incoming)
  }

  #dropUnsent(span: Span): void {
    if (!this.#rules.birthDots) return
    const sent = this.#sent
    for (const { kind, id, birth } of this.#known.bornIn(span)) {
      this.#dropUnless(sent, kind, id, birth)
    }
  }

  #dropReconciled(): void {
    const { reconciled } = this.#delta
    if (!reconciled || !this.#rules.dropsReconciled) return
    const heard = Context.of(reconciled.heard)
    const sent = this.#sent
    for (const bucket of reconciled.buckets) {
      for (const { kind, id, birth } of this.#known.inBucket(bucket)) {
        if (heard.has(birth)) this.#dropUnless(sent, kind, id, birth)
      }
    }
  }

  #dropUnless(sent: ReadonlySet<string>, kind: string, id: string, birth: Dot): void {
    const key = elementKey(kind, id, birth)
    if (sent.has(key) || this.#buried.has(key)) return
    this.#buried.add(key)
    this.#out.gone.push({ kind, id, birth })
  }

  /** Once for all spans: of an answer there may be a hundred. */
  get #sent(): ReadonlySet<string> {
    const { rows, claims } = this.#delta
    this.#sentKeys ??= new Set([
      ...rows.map(({ kind, id, birth }) => elementKey(kind, id, birth)),
      ...claims.map(({ claim, birth }) => elementKey(CLAIM_KIND, claim, birth)),
    ])
    return this.#sentKeys
  }
}

function changedRow({ kind, id, held, birth, won }: Merging): StoredRow[] {
  if (held && isSameDot(held.birth, birth) && won.size === 0) return []
  return [{ kind, id, birth, groups: [...won.values()] }]
}

function mendedGroups({ kind, id, won, both }: Merging): Joined['mended'][number][] {
  return [...both].flatMap(([name, body]) => {
    const group = won.get(name)
    return group ? [{ kind, id, group: { ...group, body, past: pastOf('', group) } }] : []
  })
}
