// Messages as bytes: u8 version, u8 type, the type's own fields. `decode` takes whatever may come and either gives a
// message within every limit or throws `Malformed`. A type that is not known is of a newer version and passed over.

import type { Meta } from '../../store/store.ts'
import { Malformed, Reader, Writer } from '../swim/bytes.ts'
import type { Bucket, Floor } from './delta.ts'
import { readDelta, readDot, readSpans, writeDelta, writeDot, writeSpans } from './delta-codec.ts'
import type { Hash } from './hash.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import { type In, type Out, readList, writeList } from './lists.ts'
import type { Message, MessageType, Sum } from './message.ts'
import { SymbolReader, SymbolWriter } from './symbols.ts'

/** Grows when an older peer could no longer read what a newer one says. */
export const CODEC_VERSION = 1
const CAPACITY_BYTES = 512

/** Numbers on the wire; new types only at the end. */
const types: readonly MessageType[] = [
  'context',
  'digest',
  'push',
  'ack',
  'need',
  'range',
  'below',
  'compare',
  'sums',
  'buckets',
  'moved',
]

export function encode(message: Message): Uint8Array {
  const writer = new Writer(CAPACITY_BYTES)
  const out = { writer, symbols: new SymbolWriter(writer) }
  writer.u8(CODEC_VERSION).u8(types.indexOf(message.type))
  write(out, message)
  return writer.done()
}

/** Throws `Malformed`, and nothing else, for anything that `encode` of this version does not make. */
export function decode(bytes: Uint8Array): Message {
  if (bytes.length > MAX_MESSAGE_BYTES) throw new Malformed(`a message of ${bytes.length} bytes`)
  const reader = new Reader(bytes)
  const version = reader.u8()
  if (version !== CODEC_VERSION) throw new Malformed(`version ${version}`)
  const type = types[reader.u8()]
  if (type === undefined) return { type: 'unknown' }
  const message = read({ reader, symbols: new SymbolReader(reader) }, type)
  reader.end()
  return message
}

function write(out: Out, message: Message): void {
  const { writer } = out
  switch (message.type) {
    case 'context':
      writer.u8(message.isReply ? 1 : 0)
      writeSpans(out, message.heard)
      writeSpans(out, message.reach)
      writeFloors(out, message.floors)
      return
    case 'digest':
      writer.u8(message.isSettled ? 1 : 0)
      writeHash(out, message.context)
      writeHash(out, message.root)
      return
    case 'push':
      writeSpans(out, message.reach)
      writeDelta(out, message.delta)
      return
    case 'ack':
      writeSpans(out, message.spans)
      return
    case 'need':
      writer.varint(message.id).u8(message.isReconciled ? 1 : 0)
      writeSpans(out, message.spans)
      return
    case 'range':
      writer.varint(message.id).u8(message.isLast ? 1 : 0)
      writeSpans(out, message.reach)
      writeDelta(out, message.delta)
      return
    case 'below':
      writer.varint(message.id)
      writeFloors(out, message.floors)
      return
    case 'compare':
      writer.varint(message.id)
      return
    case 'sums':
      writer.varint(message.id)
      writeSpans(out, message.heard)
      writeList(out, message.sums, writeSum)
      return
    case 'buckets':
      writer.varint(message.id)
      writeList(out, message.buckets, writeBucket)
      return
    case 'moved':
      writeMeta(out, message.meta)
      return
    case 'unknown':
      throw new TypeError('a message that is not known is not sent')
  }
}

function read(from: In, type: MessageType): Message {
  const { reader } = from
  switch (type) {
    case 'context': {
      const isReply = reader.u8() === 1
      const [heard, reach] = [readSpans(from), readSpans(from)]
      return { type, isReply, heard, reach, floors: readFloors(from) }
    }
    case 'digest': {
      const isSettled = reader.u8() === 1
      const context = readHash(from)
      return { type, isSettled, context, root: readHash(from) }
    }
    case 'push': {
      const reach = readSpans(from)
      return { type, reach, delta: readDelta(from) }
    }
    case 'ack':
      return { type, spans: readSpans(from) }
    case 'need': {
      const id = reader.varint()
      const isReconciled = reader.u8() === 1
      return { type, id, isReconciled, spans: readSpans(from) }
    }
    case 'range': {
      const id = reader.varint()
      const isLast = reader.u8() === 1
      const reach = readSpans(from)
      return { type, id, isLast, reach, delta: readDelta(from) }
    }
    case 'below': {
      const id = reader.varint()
      return { type, id, floors: readFloors(from) }
    }
    case 'compare':
      return { type, id: reader.varint() }
    case 'sums': {
      const id = reader.varint()
      const heard = readSpans(from)
      return { type, id, heard, sums: readList(from, readSum) }
    }
    case 'buckets': {
      const id = reader.varint()
      return { type, id, buckets: readList(from, readBucket) }
    }
    case 'moved':
      return { type, meta: readMeta(from) }
    case 'unknown':
      return { type }
  }
}

function writeMeta({ writer, symbols }: Out, { origin, seq, hlc, position, revision }: Meta): void {
  symbols.origin(origin)
  writer.varint(seq).u64(hlc).varint(position).varint(revision)
}

function readMeta({ reader, symbols }: In): Meta {
  const origin = symbols.origin()
  const [seq, hlc] = [reader.varint(), reader.u64()]
  return { origin, seq, hlc, position: reader.varint(), revision: reader.varint() }
}

function writeFloors(out: Out, floors: readonly Floor[]): void {
  writeList(out, floors, writeDot)
}

function readFloors(from: In): Floor[] {
  return readList(from, readDot)
}

function writeHash({ writer }: Out, { low, high }: Hash): void {
  writer.u32(low).u32(high)
}

function readHash({ reader }: In): Hash {
  return { low: reader.u32(), high: reader.u32() }
}

function writeBucket({ writer, symbols }: Out, { kind, number }: Bucket): void {
  symbols.word(kind)
  writer.u8(number)
}

function readBucket({ reader, symbols }: In): Bucket {
  return { kind: symbols.word(), number: reader.u8() }
}

function writeSum(out: Out, { bucket, hash }: Sum): void {
  writeBucket(out, bucket)
  writeHash(out, hash)
}

function readSum(from: In): Sum {
  const bucket = readBucket(from)
  return { bucket, hash: readHash(from) }
}
