// What a load, or an answer to another peer, brings from the database's thread to the main one: words once and numbers side by side, not an object for
// every group. A structured clone writes and reads the names of all fields of all objects; of a hundred thousand rows that
// took longer than to read them from the file.

import type { Dot, Version } from '../../records/records.ts'
import type { Batch, SpanAnswer, StoredClaim, StoredGroup, StoredRow } from '../store.ts'

/** What few groups have. */
export interface GroupExtras {
  readonly unknown?: Uint8Array | undefined
  readonly past?: readonly Dot[] | undefined
}

/** Words stand as their places in `words`. */
export interface PackedRows {
  readonly words: readonly string[]
  readonly ids: readonly string[]
  /** `ROW_FIELDS` of each: kind, origin and number of the birth, how many groups. */
  readonly rows: Float64Array
  readonly bodies: readonly string[]
  /** `GROUP_FIELDS` of each: name, epoch, origin, number. */
  readonly groups: Float64Array
  /** Of each group eight bytes, the little end first. */
  readonly clocks: ArrayBuffer
  readonly extras: readonly { readonly at: number; readonly extras: GroupExtras }[]
}

/** A batch of a load, for the way between the threads. */
export interface PackedBatch extends Omit<Batch, 'rows' | 'claims'> {
  readonly rows?: PackedRows
  /** As rows of one group each: its name is the claim's state, its body the holder. */
  readonly claims?: PackedRows
}

/** What is left of some transactions, for the same way. */
export interface PackedSpans extends Omit<SpanAnswer, 'rows' | 'claims'> {
  readonly rows: PackedRows
  readonly claims: PackedRows
}

/** A stamp with its clock in two halves, so that the database's thread makes no bigint of it. */
export interface HalvedStamp {
  readonly epoch: number
  /** With the sign. */
  readonly high: number
  readonly low: number
  readonly origin: string
  readonly seq: number
}

const ROW_FIELDS = 4
const GROUP_FIELDS = 4
const CLOCK_BYTES = 8
const HALF_BYTES = 4

/** Where a word stands. Neighbours mostly share theirs, and to compare two takes less than to look one up. */
interface Place {
  readonly word: string | undefined
  readonly at: number
}

const NOWHERE: Place = { word: undefined, at: -1 }

/** Written in loops and by places: a start passes a hundred thousand rows through here, most of them before it is compiled. */
export class RowPacker {
  readonly #words = new Map<string, number>()
  readonly #ids: string[] = []
  readonly #rows: number[] = []
  readonly #bodies: string[] = []
  readonly #groups: number[] = []
  /** Low, high, low, high. */
  readonly #halves: number[] = []
  readonly #extras: { at: number; extras: GroupExtras }[] = []
  #kind = NOWHERE
  #birth = NOWHERE
  #name = NOWHERE
  #origin = NOWHERE

  get count(): number {
    return this.#ids.length
  }

  row(kind: string, id: string, birthOrigin: string, birthSeq: number): void {
    if (kind !== this.#kind.word) this.#kind = this.#place(kind)
    if (birthOrigin !== this.#birth.word) this.#birth = this.#place(birthOrigin)
    this.#ids.push(id)
    this.#rows.push(this.#kind.at, this.#birth.at, birthSeq, 0)
  }

  /** Of the last row. */
  group(name: string, body: string, stamp: HalvedStamp, extras?: GroupExtras): void {
    const { epoch, origin, seq, low, high } = stamp
    if (name !== this.#name.word) this.#name = this.#place(name)
    if (origin !== this.#origin.word) this.#origin = this.#place(origin)
    if (extras) this.#extras.push({ at: this.#bodies.length, extras })
    this.#bodies.push(body)
    this.#groups.push(this.#name.at, epoch, this.#origin.at, seq)
    this.#halves.push(low, high)
    const last = this.#rows.length - 1
    this.#rows[last] = (this.#rows[last] ?? 0) + 1
  }

  packed(): PackedRows {
    const clocks = new DataView(new ArrayBuffer(this.#bodies.length * CLOCK_BYTES))
    for (let i = 0; i < this.#halves.length; i++) {
      clocks.setInt32(i * HALF_BYTES, this.#halves[i] ?? 0, true)
    }
    return {
      words: [...this.#words.keys()],
      ids: this.#ids,
      rows: new Float64Array(this.#rows),
      bodies: this.#bodies,
      groups: new Float64Array(this.#groups),
      clocks: clocks.buffer,
      extras: this.#extras,
    }
  }

  #place(word: string): Place {
    const at = this.#words.get(word) ?? this.#words.size
    if (at === this.#words.size) this.#words.set(word, at)
    return { word, at }
  }
}

/** Of one load, or one answer. Origins and names come with every batch; kept once they cost a hundred thousand rows nothing. */
export class Unpacking {
  readonly #words = new Map<string, string>()

  batch({ rows, claims, ...rest }: PackedBatch): Batch {
    return {
      ...rest,
      rows: rows ? this.rows(rows) : [],
      claims: claims ? this.rows(claims).flatMap(claimsOf) : [],
    }
  }

  spans({ rows, claims, ...rest }: PackedSpans): SpanAnswer {
    return { ...rest, rows: this.rows(rows), claims: this.rows(claims).flatMap(claimsOf) }
  }

  rows(packed: PackedRows): StoredRow[] {
    const words = packed.words.map((word) => this.#once(word))
    const groups = new Groups(packed, words)
    return packed.ids.map((id, i) => {
      const at = i * ROW_FIELDS
      const [kind, origin] = [packed.rows[at] ?? 0, packed.rows[at + 1] ?? 0]
      const [seq, count] = [packed.rows[at + 2] ?? 0, packed.rows[at + 3] ?? 0]
      const birth = { origin: words[origin] ?? '', seq }
      return { kind: words[kind] ?? '', id, birth, groups: groups.next(count) }
    })
  }

  #once(word: string): string {
    const kept = this.#words.get(word)
    if (kept !== undefined) return kept
    this.#words.set(word, word)
    return word
  }
}

class Groups {
  readonly #packed: PackedRows
  readonly #words: readonly string[]
  readonly #clocks: DataView
  readonly #extras: ReadonlyMap<number, GroupExtras>
  #at = 0

  constructor(packed: PackedRows, words: readonly string[]) {
    this.#packed = packed
    this.#words = words
    this.#clocks = new DataView(packed.clocks)
    this.#extras = new Map(packed.extras.map(({ at, extras }) => [at, extras]))
  }

  /** Those that were written together share their version. An array that grows keeps room for seventeen. */
  next(count: number): readonly StoredGroup[] {
    if (count === 1) return [this.#next(undefined)]
    const groups = new Array<StoredGroup>(count)
    let last: Version | undefined
    for (let i = 0; i < count; i++) {
      const group = this.#next(last)
      last = group.version
      groups[i] = group
    }
    return groups
  }

  #next(last: Version | undefined): StoredGroup {
    const version = last && this.#isSameStamp() ? last : this.#version()
    const name = this.#words[this.#field(0)] ?? ''
    const body = this.#packed.bodies[this.#at] ?? ''
    const extras = this.#extras.size > 0 ? this.#extras.get(this.#at) : undefined
    this.#at++
    if (!extras) return { name, body, unknown: undefined, version }
    return { name, body, unknown: undefined, version, ...extras }
  }

  #field(number: number, at = this.#at): number {
    return this.#packed.groups[at * GROUP_FIELDS + number] ?? 0
  }

  #clock(at = this.#at): bigint {
    return this.#clocks.getBigInt64(at * CLOCK_BYTES, true)
  }

  #version(): Version {
    const origin = this.#words[this.#field(2)] ?? ''
    return { epoch: this.#field(1), hlc: this.#clock(), origin, seq: this.#field(3) }
  }

  /** As the group before. */
  #isSameStamp(): boolean {
    const before = this.#at - 1
    const isSame = (field: number) => this.#field(field) === this.#field(field, before)
    return isSame(1) && isSame(2) && isSame(3) && this.#clock() === this.#clock(before)
  }
}

function claimsOf({ id, birth, groups }: StoredRow): StoredClaim[] {
  return groups.map(({ name, body, version }) => {
    const state = name === 'provisional' ? 'provisional' : 'confirmed'
    return { claim: id, holder: body, state, birth, version }
  })
}
