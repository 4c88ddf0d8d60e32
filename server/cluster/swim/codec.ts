// Messages as bytes: u8 version, u8 type, sender, the type's own fields, then u16 count and claims. `decode` takes
// whatever a stranger may send and either gives a message within every limit or throws `Malformed`.

import { isId, type PeerId } from '#protocol/ids.ts'
import { Malformed, Reader, Writer } from './bytes.ts'
import { type Claim, type PeerState, peerStates } from './claim.ts'
import type { Fingerprint } from './fingerprint.ts'
import { MAX_ADDRESS_CHARS, MAX_MEMBERS, MAX_METADATA_BYTES } from './limits.ts'
import type { Message, MessageType } from './message.ts'

/** Grows when an older peer could no longer read what a newer one says. */
export const CODEC_VERSION = 1
const RUN_BYTES = 64
const CAPACITY_BYTES = 256

const types: readonly MessageType[] = [
  'ping',
  'ack',
  'ping-request',
  'nack',
  'gossip',
  'sync',
  'refuse',
]

export function encode(message: Message): Uint8Array {
  const writer = new Writer(CAPACITY_BYTES)
  writer.u8(CODEC_VERSION).u8(types.indexOf(message.type)).uuid(message.from).u32(message.boot)
  writer.u32(message.view.low).u32(message.view.high)
  writeFields(writer, message)
  writer.u16(message.news.length)
  for (const claim of message.news) writeClaim(writer, claim)
  return writer.done()
}

/** Throws `Malformed`, and nothing else, for anything that `encode` does not make. */
export function decode(bytes: Uint8Array): Message {
  const reader = new Reader(bytes)
  const version = reader.u8()
  if (version !== CODEC_VERSION) throw new Malformed(`version ${version}`)
  const type = types[reader.u8()]
  if (type === undefined) throw new Malformed('a type that nobody knows')
  const from = readId(reader)
  const boot = reader.u32()
  const view: Fingerprint = { low: reader.u32(), high: reader.u32() }
  const fields = readFields(reader, type)
  const news = readClaims(reader)
  reader.end()
  return { from, boot, view, news, ...fields }
}

/** The bytes that one claim takes in a message. */
export const sizeOfClaim = (claim: Claim): number => {
  const writer = new Writer(CAPACITY_BYTES)
  writeClaim(writer, claim)
  return writer.done().length
}

/** The bytes of a message without any news. */
export const sizeWithoutNews = (message: Message): number => encode({ ...message, news: [] }).length

function writeFields(writer: Writer, message: Message): void {
  switch (message.type) {
    case 'ping':
      writer.u32(message.seq).uuid(message.target)
      return
    case 'ack':
      writer.u32(message.seq).u48(message.wallMs)
      return
    case 'ping-request':
      writer.u32(message.seq).uuid(message.target).string(message.address)
      return
    case 'nack':
      writer.u32(message.seq)
      return
    case 'gossip':
      return
    case 'sync':
      writer.u8(message.isReply ? 1 : 0)
      return
    case 'refuse':
      writer.string(message.run)
  }
}

type Fields = Message extends infer M
  ? M extends Message
    ? Omit<M, 'from' | 'boot' | 'view' | 'news'>
    : never
  : never

function readFields(reader: Reader, type: MessageType): Fields {
  switch (type) {
    case 'ping':
      return { type, seq: reader.u32(), target: readId(reader) }
    case 'ack':
      return { type, seq: reader.u32(), wallMs: reader.u48() }
    case 'ping-request':
      return {
        type,
        seq: reader.u32(),
        target: readId(reader),
        address: reader.string(MAX_ADDRESS_CHARS),
      }
    case 'nack':
      return { type, seq: reader.u32() }
    case 'gossip':
      return { type }
    case 'sync':
      return { type, isReply: reader.u8() === 1 }
    case 'refuse':
      return { type, run: reader.string(RUN_BYTES) }
  }
}

function writeClaim(writer: Writer, claim: Claim): void {
  const { id, boot, incarnation, state, by, contact } = claim
  writer.uuid(id).u32(boot).u32(incarnation)
  writer.u8(peerStates.indexOf(state) | (contact ? 0x80 : 0))
  writer.uuid(by)
  if (contact) writer.string(contact.run).string(contact.address).string(contact.metadata)
}

function readClaims(reader: Reader): Claim[] {
  const count = reader.u16()
  if (count > MAX_MEMBERS) throw new Malformed(`${count} claims`)
  const claims: Claim[] = []
  for (let i = 0; i < count; i++) claims.push(readClaim(reader))
  return claims
}

function readClaim(reader: Reader): Claim {
  const id = readId(reader)
  const boot = reader.u32()
  const incarnation = reader.u32()
  const flags = reader.u8()
  const state: PeerState | undefined = peerStates[flags & 0x7f]
  if (state === undefined) throw new Malformed('a state that nobody knows')
  const by = readId(reader)
  const claim = { id, boot, incarnation, state, by }
  if ((flags & 0x80) === 0) return claim
  const run = reader.string(RUN_BYTES)
  const address = reader.string(MAX_ADDRESS_CHARS)
  return { ...claim, contact: { run, address, metadata: reader.string(MAX_METADATA_BYTES) } }
}

function readId(reader: Reader): PeerId {
  const id = reader.uuid()
  if (!isId(id)) throw new Malformed('not an id')
  return id as PeerId
}
