// From the packed lists of Redis back to the store's shapes.

import { z } from 'zod'
import type { Dot, Version } from '../../records/records.ts'
import type {
  Batch,
  Meta,
  ParkedGroup,
  StoredClaim,
  StoredEntry,
  StoredFloor,
  StoredGroup,
  StoredHeard,
  StoredName,
  StoredRow,
  StoredTombstone,
} from '../store.ts'
import { dotOf, ELEMENT, GONE, goneName, rowOf } from './names.ts'
import { ListReader } from './packed.ts'
import { PARKED } from './write.ts'

export interface Elements {
  readonly rows: StoredRow[]
  readonly parked: ParkedGroup[]
  readonly claims: StoredClaim[]
  readonly tombstones: StoredTombstone[]
  readonly heard: StoredHeard[]
  readonly floors: StoredFloor[]
}

const digits = z.string().regex(/^\d{1,19}$/)
const whole = digits.transform(Number).pipe(z.int())
const metaSchema = z.tuple([z.string().min(1), whole, digits, whole, whole])

/** Of `origin`, `seq`, `hlc`, `revision` and `position`. */
export function metaOf(fields: readonly (Buffer | null)[]): Meta | undefined {
  if (!fields[0]) return undefined
  const texts = fields.slice(0, 5).map((field) => field?.toString())
  const [origin, seq, hlc, revision, position] = metaSchema.parse(texts)
  return { origin, seq, hlc: BigInt(hlc), position, revision }
}

/** Of rows the groups that were written after a commit. */
export function elementsOf(
  names: readonly Buffer[],
  packed: readonly (Buffer | null)[],
  after: number,
): Elements {
  const elements: Elements = {
    rows: [],
    parked: [],
    claims: [],
    tombstones: [],
    heard: [],
    floors: [],
  }
  const words = new Words()
  names.forEach((name, i) => {
    const bytes = packed[i]
    if (!bytes) return
    const text = name.toString()
    const list = new ListReader(bytes)
    if (text[0] === ELEMENT.row) addRow(elements, text, { list, words, after })
    else addElement(elements, text, list)
  })
  return elements
}

function addElement(elements: Elements, name: string, list: ListReader): void {
  switch (name[0]) {
    case ELEMENT.claim:
      elements.claims.push(claimOf(list))
      return
    case ELEMENT.tombstone:
      elements.tombstones.push(tombstoneOf(list))
      return
    case ELEMENT.heard:
      elements.heard.push(heardOf(list))
      return
    case ELEMENT.floor:
      elements.floors.push({ origin: list.text(), seq: Number(list.text()) })
      return
    default: // of a newer version
  }
}

interface RowParts {
  readonly list: ListReader
  readonly words: Words
  readonly after: number
}

function addRow(elements: Elements, name: string, { list, words, after }: RowParts): void {
  const [word, id] = rowOf(name)
  const kind = words.once(word)
  const birth = list.text()
  const groups: StoredGroup[] = []
  while (!list.isOver) {
    const isParked = list.text() === PARKED
    const group = groupOf(list, words)
    if (Number(list.text()) <= after) continue
    if (isParked) elements.parked.push({ kind, id, group })
    else groups.push(group)
  }
  if (birth !== '') elements.rows.push({ kind, id, birth: words.dot(birth), groups })
}

/** Before the first commit. */
export const NOTHING = -1

/** With parked groups in the place of those that they win over. */
export function withParked({ rows, parked }: Elements): StoredRow[] {
  const aside = Map.groupBy(parked, ({ kind, id }) => `${kind}/${id}`)
  return rows.map((row) => {
    const all = aside.get(`${row.kind}/${row.id}`)
    if (!all) return row
    const groups = new Map(row.groups.map((group) => [group.name, group]))
    for (const { group } of all) groups.set(group.name, group)
    return { ...row, groups: [...groups.values()] }
  })
}

export function entryOf(place: Buffer, packed: Buffer): StoredEntry {
  const list = new ListReader(packed)
  return {
    position: Number(place.toString()),
    stream: list.text(),
    subject: list.text(),
    atMs: Number(list.text()),
    dot: dotOf(list.text()),
    index: Number(list.text()),
    body: list.text(),
  }
}

/** What went, by how. */
export function goneOf(texts: readonly Buffer[]): Required<Pick<Batch, 'gone' | 'purged'>> {
  const gone: StoredName[] = []
  const purged: StoredName[] = []
  for (const bytes of texts) {
    const one = bytes.toString()
    const all = one[0] === GONE.gone ? gone : purged
    all.push(goneName(one))
  }
  return { gone, purged }
}

const pastSchema = z.array(z.tuple([z.string(), z.number()]))

function groupOf(list: ListReader, words: Words): StoredGroup {
  const name = words.once(list.text())
  const version = words.version(list.text(), list.text())
  const body = list.text()
  const unknown = list.bytes()
  const past = list.text()
  return {
    name,
    body,
    unknown: unknown.length > 0 ? new Uint8Array(unknown.subarray(1)) : undefined,
    version,
    ...(past !== '' && {
      past: pastSchema.parse(JSON.parse(past)).map(([origin, seq]) => ({ origin, seq })),
    }),
  }
}

function claimOf(list: ListReader): StoredClaim {
  const [claim, holder] = [list.text(), list.text()]
  const state = list.text() === 'provisional' ? 'provisional' : 'confirmed'
  const birth = dotOf(list.text())
  return { claim, holder, state, birth, version: versionOf(list.text(), list.text()) }
}

function tombstoneOf(list: ListReader): StoredTombstone {
  const [kind, id] = [list.text(), list.text()]
  const birth = dotOf(list.text())
  const atMs = Number(list.text())
  const dots: Dot[] = []
  while (!list.isOver) dots.push(dotOf(list.text()))
  return { kind, id, birth, dots, atMs }
}

const gapsSchema = z.array(z.tuple([z.number(), z.number()]))

function heardOf(list: ListReader): StoredHeard {
  const [origin, head] = [list.text(), Number(list.text())]
  const gaps = gapsSchema.parse(JSON.parse(list.text())).map(([low, high]) => ({ low, high }))
  return { origin, head, gaps }
}

/** Kinds, names and origins are few and in every row; what was written together has one version. */
class Words {
  readonly #words = new Map<string, string>()
  #text = ''
  #version: Version | undefined

  once(word: string): string {
    const kept = this.#words.get(word)
    if (kept !== undefined) return kept
    this.#words.set(word, word)
    return word
  }

  dot(text: string): Dot {
    const { origin, seq } = dotOf(text)
    return { origin: this.once(origin), seq }
  }

  version(dot: string, stamp: string): Version {
    const text = `${dot} ${stamp}`
    if (!this.#version || text !== this.#text) {
      const version = versionOf(dot, stamp)
      this.#version = { ...version, origin: this.once(version.origin) }
    }
    this.#text = text
    return this.#version
  }
}

function versionOf(dot: string, stamp: string): Version {
  const at = stamp.indexOf('/')
  const { origin, seq } = dotOf(dot)
  return { epoch: Number(stamp.slice(0, at)), hlc: BigInt(stamp.slice(at + 1)), origin, seq }
}
