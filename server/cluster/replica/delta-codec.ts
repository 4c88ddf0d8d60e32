// Records as bytes. Bodies are copied as they are: a peer that does not know a kind, a group or a field passes it on
// unread.

import type { Dot, Version } from '../../records/records.ts'
import type {
  StoredClaim,
  StoredEntry,
  StoredGroup,
  StoredRow,
  StoredTombstone,
} from '../../store/store.ts'
import { Malformed, type Reader } from '../swim/bytes.ts'
import type { Delta, Span } from './delta.ts'
import { MAX_MESSAGE_BYTES, MAX_NAME_BYTES } from './limits.ts'
import { type In, type Out, readList, writeList } from './lists.ts'

const HAS_UNKNOWN = 1
const HAS_PAST = 2

export function writeDelta(out: Out, delta: Delta): void {
  const { writer, symbols } = out
  writeList(out, delta.rows, writeRow)
  writeList(out, delta.claims, writeClaim)
  writeList(out, delta.tombstones, writeTombstone)
  writeList(out, delta.entries, writeEntry)
  writeSpans(out, delta.spans)
  writeList(out, delta.floors ?? [], writeDot)
  const { reconciled } = delta
  writer.u8(reconciled ? 1 : 0)
  if (!reconciled) return
  writeSpans(out, reconciled.heard)
  writeList(out, reconciled.buckets, (_, { kind, number }) => {
    symbols.word(kind)
    writer.u8(number)
  })
}

export function readDelta(from: In): Delta {
  const { reader, symbols } = from
  const delta = {
    rows: readList(from, readRow),
    claims: readList(from, readClaim),
    tombstones: readList(from, readTombstone),
    entries: readList(from, readEntry),
    spans: readSpans(from),
    floors: readList(from, readDot),
  }
  if (reader.u8() === 0) return delta
  const heard = readSpans(from)
  const buckets = readList(from, () => ({ kind: symbols.word(), number: reader.u8() }))
  return { ...delta, reconciled: { heard, buckets } }
}

/** About how many bytes a delta takes, to keep within a credit without encoding it. */
export function sizeOfDelta({ rows, claims, tombstones, entries }: Delta): number {
  let bytes = 40 * (claims.length + tombstones.length) + 30 * rows.length
  for (const { groups } of rows) {
    for (const { body, unknown } of groups) bytes += body.length + (unknown?.length ?? 0) + 20
  }
  for (const { body } of entries) bytes += body.length + 40
  return bytes
}

export function writeSpans(out: Out, spans: readonly Span[]): void {
  writeList(out, spans, ({ writer, symbols }, { origin, low, high }) => {
    symbols.origin(origin)
    writer.varint(low).varint(high - low)
  })
}

export function readSpans(from: In): Span[] {
  return readList(from, ({ reader, symbols }) => {
    const origin = symbols.origin()
    const low = readSeq(reader)
    const high = low + reader.varint()
    if (!Number.isSafeInteger(high)) throw new Malformed('a span beyond 2^53')
    return { origin, low, high }
  })
}

export function writeDot({ writer, symbols }: Out, { origin, seq }: Dot): void {
  symbols.origin(origin)
  writer.varint(seq)
}

export function readDot({ reader, symbols }: In): Dot {
  const origin = symbols.origin()
  return { origin, seq: readSeq(reader) }
}

function writeRow(out: Out, { kind, id, birth, groups }: StoredRow): void {
  out.symbols.word(kind)
  out.symbols.id(id)
  writeDot(out, birth)
  writeList(out, groups, writeGroup)
}

function readRow(from: In): StoredRow {
  const kind = from.symbols.word()
  const id = from.symbols.id()
  const birth = readDot(from)
  return { kind, id, birth, groups: readList(from, readGroup) }
}

function writeGroup(out: Out, { name, body, unknown, version, past }: StoredGroup): void {
  const { writer, symbols } = out
  symbols.word(name)
  writer.u8((unknown ? HAS_UNKNOWN : 0) | (past ? HAS_PAST : 0))
  writeVersion(out, version)
  writer.longText(body)
  if (unknown) writer.blob(unknown)
  if (past) writeList(out, past, writeDot)
}

function readGroup(from: In): StoredGroup {
  const { reader, symbols } = from
  const name = symbols.word()
  const flags = reader.u8()
  const version = readVersion(from)
  const body = reader.longText(MAX_MESSAGE_BYTES)
  const unknown = flags & HAS_UNKNOWN ? { unknown: reader.blob(MAX_MESSAGE_BYTES) } : {}
  const past = flags & HAS_PAST ? { past: readList(from, readDot) } : {}
  return { name, body, version, ...unknown, ...past }
}

function writeClaim(out: Out, { claim, holder, birth, state, version }: StoredClaim): void {
  out.writer.string(claim).u8(state === 'confirmed' ? 1 : 0)
  out.symbols.id(holder)
  writeDot(out, birth)
  writeVersion(out, version)
}

function readClaim(from: In): StoredClaim {
  const claim = from.reader.string(MAX_NAME_BYTES)
  const state = from.reader.u8() === 1 ? 'confirmed' : 'provisional'
  const holder = from.symbols.id()
  const birth = readDot(from)
  return { claim, holder, birth, state, version: readVersion(from) }
}

function writeTombstone(out: Out, { kind, id, birth, dots, atMs }: StoredTombstone): void {
  out.symbols.word(kind)
  out.symbols.id(id)
  writeDot(out, birth)
  writeList(out, dots, writeDot)
  out.writer.varint(atMs)
}

function readTombstone(from: In): StoredTombstone {
  const kind = from.symbols.word()
  const id = from.symbols.id()
  const birth = readDot(from)
  const dots = readList(from, readDot)
  return { kind, id, birth, dots, atMs: from.reader.varint() }
}

/** Without its position, which is each database's own. */
function writeEntry(out: Out, { stream, subject, atMs, dot, index, body }: StoredEntry): void {
  out.symbols.word(stream)
  out.symbols.id(subject)
  out.writer.varint(atMs)
  writeDot(out, dot)
  out.writer.varint(index).longText(body)
}

function readEntry(from: In): StoredEntry {
  const stream = from.symbols.word()
  const subject = from.symbols.id()
  const atMs = from.reader.varint()
  const dot = readDot(from)
  const index = from.reader.varint()
  const body = from.reader.longText(MAX_MESSAGE_BYTES)
  return { position: 0, stream, subject, atMs, dot, index, body }
}

function writeVersion(out: Out, { epoch, hlc, origin, seq }: Version): void {
  out.writer.varint(epoch).u64(hlc)
  writeDot(out, { origin, seq })
}

/** The clock's value is a signed number in the store. */
function readVersion(from: In): Version {
  const epoch = from.reader.varint()
  const hlc = from.reader.u64()
  if (hlc >= 2n ** 63n) throw new Malformed('a clock beyond its range')
  return { epoch, hlc, ...readDot(from) }
}

function readSeq(reader: Reader): number {
  const seq = reader.varint()
  if (seq < 1) throw new Malformed('sequence numbers begin with one')
  return seq
}
