// From the packed lists of Redis back to the store's shapes.

import { z } from 'zod'
import type { Version } from '../../records/records.ts'
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
import { unpackList } from './packed.ts'
import { PARKED } from './write.ts'

/** Fields of a group in a row's list. */
const GROUP_FIELDS = 7

export interface Elements {
  readonly rows: StoredRow[]
  readonly parked: ParkedGroup[]
  readonly claims: StoredClaim[]
  readonly tombstones: StoredTombstone[]
  readonly heard: StoredHeard[]
  readonly floors: StoredFloor[]
}

const metaSchema = z.tuple([
  z.string().min(1),
  z.coerce.number().int(),
  z.string().regex(/^\d+$/),
  z.coerce.number().int(),
  z.coerce.number().int(),
])

/** Of `origin`, `seq`, `hlc`, `revision` and `position`. */
export function metaOf(fields: readonly (Buffer | null)[]): Meta | undefined {
  if (!fields[0]) return undefined
  const texts = fields.slice(0, 5).map((field) => field?.toString())
  const [origin, seq, hlc, revision, position] = metaSchema.parse(texts)
  return { origin, seq, hlc: BigInt(hlc), position, revision }
}

export function elementsOf(names: readonly Buffer[], packed: readonly (Buffer | null)[]): Elements {
  const elements: Elements = {
    rows: [],
    parked: [],
    claims: [],
    tombstones: [],
    heard: [],
    floors: [],
  }
  names.forEach((name, i) => {
    const bytes = packed[i]
    if (bytes) addElement(elements, name.toString(), unpackList(bytes))
  })
  return elements
}

function addElement(elements: Elements, name: string, list: readonly Buffer[]): void {
  switch (name[0]) {
    case ELEMENT.row:
      addRow(elements, name, list)
      return
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
      elements.floors.push({ origin: text(list, 0), seq: Number(text(list, 1)) })
  }
}

function addRow(elements: Elements, name: string, list: readonly Buffer[]): void {
  const [kind, id] = rowOf(name)
  const groups: StoredGroup[] = []
  for (let at = 1; at < list.length; at += GROUP_FIELDS) {
    const group = groupOf(list, at + 1)
    if (text(list, at) === PARKED) elements.parked.push({ kind, id, group })
    else groups.push(group)
  }
  const birth = text(list, 0)
  if (birth !== '') elements.rows.push({ kind, id, birth: dotOf(birth), groups })
}

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
  const list = unpackList(packed)
  return {
    position: Number(place.toString()),
    stream: text(list, 0),
    subject: text(list, 1),
    atMs: Number(text(list, 2)),
    dot: dotOf(text(list, 3)),
    index: Number(text(list, 4)),
    body: text(list, 5),
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

function groupOf(list: readonly Buffer[], at: number): StoredGroup {
  const unknown = list[at + 4]
  const past = text(list, at + 5)
  return {
    name: text(list, at),
    body: text(list, at + 3),
    unknown: unknown && unknown.length > 0 ? new Uint8Array(unknown.subarray(1)) : undefined,
    version: versionOf(text(list, at + 1), text(list, at + 2)),
    ...(past !== '' && {
      past: pastSchema.parse(JSON.parse(past)).map(([origin, seq]) => ({ origin, seq })),
    }),
  }
}

function claimOf(list: readonly Buffer[]): StoredClaim {
  return {
    claim: text(list, 0),
    holder: text(list, 1),
    state: text(list, 2) === 'provisional' ? 'provisional' : 'confirmed',
    birth: dotOf(text(list, 3)),
    version: versionOf(text(list, 4), text(list, 5)),
  }
}

function tombstoneOf(list: readonly Buffer[]): StoredTombstone {
  return {
    kind: text(list, 0),
    id: text(list, 1),
    birth: dotOf(text(list, 2)),
    atMs: Number(text(list, 3)),
    dots: list.slice(4).map((dot) => dotOf(dot.toString())),
  }
}

const gapsSchema = z.array(z.tuple([z.number(), z.number()]))

function heardOf(list: readonly Buffer[]): StoredHeard {
  const gaps = gapsSchema.parse(JSON.parse(text(list, 2))).map(([low, high]) => ({ low, high }))
  return { origin: text(list, 0), head: Number(text(list, 1)), gaps }
}

function versionOf(dot: string, stamp: string): Version {
  const at = stamp.indexOf('/')
  const { origin, seq } = dotOf(dot)
  return { epoch: Number(stamp.slice(0, at)), hlc: BigInt(stamp.slice(at + 1)), origin, seq }
}

/** Throws a RangeError at a list that is too short. */
function text(list: readonly Buffer[], at: number): string {
  const bytes = list[at]
  if (!bytes) throw new RangeError('a packed list is too short')
  return bytes.toString()
}
