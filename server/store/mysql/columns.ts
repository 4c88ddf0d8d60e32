// Columns as statements name them, and lines of their answers as the store's shapes. Texts are stored as bytes and decoded by
// the server's connection; whole numbers come as numbers, or as digits where a double would lose some.

import { z } from 'zod'
import type { Dot, Version } from '../../records/records.ts'
import type {
  Meta,
  StoredClaim,
  StoredEntry,
  StoredGroup,
  StoredRow,
  StoredTombstone,
} from '../store.ts'
import { textOf } from './dialect.ts'
import type { Cell, Line } from './session.ts'

const STAMP = `g.epoch, g.hlc, ${textOf('g.origin')}, g.seq`
const GROUP = `${textOf('g.name')}, ${textOf('g.body')}, ${STAMP}, g.\`unknown\`, ${textOf('g.past')}`

export const META = `SELECT ${textOf('origin')}, seq, hlc, position, revision, ${textOf('server')} FROM meta`
/** Of a record `r` with one of its groups `g`, or none. */
export const ROW = `${textOf('r.kind')}, ${textOf('r.id')}, ${textOf('r.birth_origin')}, r.birth_seq, ${GROUP}`
/** Of a parked group `g`. */
export const PARKED = `${textOf('g.kind')}, ${textOf('g.id')}, ${GROUP}`
export const CLAIM = `${textOf('g.claim')}, ${textOf('g.birth_origin')}, g.birth_seq, ${textOf('g.state')}, ${textOf('g.holder')}, ${STAMP}`
/** Of a tombstone `t` with one of its dots `d`. */
export const TOMBSTONE = `${textOf('t.kind')}, ${textOf('t.id')}, ${textOf('t.birth_origin')}, t.birth_seq, t.at_ms, ${textOf('d.origin')}, d.seq`
export const ENTRY = `position, ${textOf('stream')}, ${textOf('subject')}, at_ms, ${textOf('origin')}, seq, place, ${textOf('body')}`
/** By what a dot belongs to its tombstone. */
export const NAME = 'kind, id, birth_origin, birth_seq'

export function metaOf(line: Line | undefined): Meta | undefined {
  if (!line) return undefined
  const [origin, seq, hlc, position, revision] = line
  return {
    origin: String(origin),
    seq: Number(seq),
    hlc: clock(hlc),
    position: Number(position),
    revision: Number(revision),
  }
}

/** Gathers rows of their groups, in the order in which they came. Words and stamps that are the same are kept once. */
export class Gathering {
  readonly #rows = new Map<string, StoredRow & { readonly groups: StoredGroup[] }>()
  readonly #words: Words

  constructor(words: Words) {
    this.#words = words
  }

  get rows(): StoredRow[] {
    return [...this.#rows.values()]
  }

  has(kind: string, id: string): boolean {
    return this.#rows.has(key(kind, id))
  }

  /** `ROW`. Answers how many characters its body and what is beside it have. */
  add(line: Line): number {
    const [kind, id, origin, seq, name] = line
    const place = key(kind, id)
    let row = this.#rows.get(place)
    if (!row) {
      const birth = { origin: this.#words.once(origin), seq: Number(seq) }
      row = { kind: this.#words.once(kind), id: String(id), birth, groups: [] }
      this.#rows.set(place, row)
    }
    if (name === null || name === undefined) return 0
    const group = groupOf(line, 4, this.#words)
    row.groups.push(group)
    return group.body.length + (group.unknown?.length ?? 0)
  }

  /** `PARKED`: stands in the place of what is shown. */
  park(line: Line): void {
    const [kind, id] = line
    const row = this.#rows.get(key(kind, id))
    if (!row) return
    const group = groupOf(line, 2, this.#words)
    const at = row.groups.findIndex(({ name }) => name === group.name)
    if (at < 0) row.groups.push(group)
    else row.groups[at] = group
  }
}

/** Kinds, names, origins and stamps: few, and in every line. */
export class Words {
  readonly #words = new Map<string, string>()
  #last: Version | undefined

  once(cell: Cell | undefined): string {
    const word = String(cell)
    const kept = this.#words.get(word)
    if (kept !== undefined) return kept
    this.#words.set(word, word)
    return word
  }

  /** What was written together shares its version. */
  version(line: Line, at: number): Version {
    const [epoch, hlc] = [Number(line[at]), clock(line[at + 1])]
    const [origin, seq] = [this.once(line[at + 2]), Number(line[at + 3])]
    const last = this.#last
    const isSame = last?.seq === seq && last.hlc === hlc && last.origin === origin
    if (isSame && last.epoch === epoch) return last
    this.#last = { epoch, hlc, origin, seq }
    return this.#last
  }
}

export function groupOf(line: Line, at: number, words: Words): StoredGroup {
  const [unknown, past] = [line[at + 6], line[at + 7]]
  return {
    name: words.once(line[at]),
    body: String(line[at + 1]),
    unknown: unknown instanceof Uint8Array ? Uint8Array.from(unknown) : undefined,
    version: words.version(line, at + 2),
    ...(typeof past === 'string' && { past: pastOf(past) }),
  }
}

export function claimOf(line: Line, words: Words): StoredClaim {
  const [claim, origin, seq, state, holder] = line
  return {
    claim: String(claim),
    holder: String(holder),
    state: state === 'provisional' ? 'provisional' : 'confirmed',
    birth: { origin: words.once(origin), seq: Number(seq) },
    version: words.version(line, 5),
  }
}

/** Lines of `TOMBSTONE`, one for each dot. */
export function tombstonesOf(lines: readonly Line[]): StoredTombstone[] {
  const found = new Map<string, StoredTombstone & { readonly dots: Dot[] }>()
  for (const [kind, id, origin, seq, atMs, dotOrigin, dotSeq] of lines) {
    const place = `${key(kind, id)}/${origin}/${seq}`
    const birth = { origin: String(origin), seq: Number(seq) }
    const fresh = { kind: String(kind), id: String(id), birth, dots: [], atMs: Number(atMs) }
    const tombstone = found.get(place) ?? fresh
    found.set(place, tombstone)
    if (dotOrigin !== null) tombstone.dots.push({ origin: String(dotOrigin), seq: Number(dotSeq) })
  }
  return [...found.values()]
}

export function entryOf(line: Line): StoredEntry {
  const [position, stream, subject, atMs, origin, seq, place, body] = line
  return {
    position: Number(position),
    stream: String(stream),
    subject: String(subject),
    atMs: Number(atMs),
    dot: { origin: String(origin), seq: Number(seq) },
    index: Number(place),
    body: String(body),
  }
}

/** No text holds a NUL where names are made of letters; of those that do, two are still not one. */
const key = (kind: Cell | undefined, id: Cell | undefined): string => `${kind}\0${id}`

function clock(cell: Cell | undefined): bigint {
  if (typeof cell === 'number' || typeof cell === 'string') return BigInt(cell)
  throw new TypeError('the database holds a clock value that is none')
}

const pastSchema = z.array(z.tuple([z.string(), z.number()]))

function pastOf(text: string): Dot[] {
  return pastSchema.parse(JSON.parse(text)).map(([origin, seq]) => ({ origin, seq }))
}
