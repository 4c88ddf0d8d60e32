// The packets of the SSH file transfer protocol, version 3 (draft-ietf-secsh-filexfer-02), as OpenSSH speaks it: u32
// length, u8 type, u32 request id, body. Pure. Names are bytes: what is no UTF-8 comes back as it went.

import { SkeinError } from '#protocol/errors.ts'

export const PacketType = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const

export const Status = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const
export type Status = (typeof Status)[keyof typeof Status]

/** OpenSSH's own limit on a packet without its length, bytes. */
export const MAX_PACKET_BYTES = 256 * 1024
/** The most data in one read or write: a packet less room for its other fields, bytes (as OpenSSH's server says). */
export const MAX_DATA_BYTES = MAX_PACKET_BYTES - 1024

const LENGTH_BYTES = 4
/** An offset and a packet's bytes behind it are still whole numbers in JavaScript; file systems end before. */
const MAX_OFFSET = BigInt(Number.MAX_SAFE_INTEGER - MAX_PACKET_BYTES)
/** Length, type, id and length of data: what stands before the bytes of a `data` packet. */
export const DATA_HEADER_BYTES = LENGTH_BYTES + 1 + 4 + 4

/** A refusal that goes to the client as a status packet. */
export class SftpFailure extends Error {
  override readonly name = 'SftpFailure'
  readonly status: Status

  constructor(status: Status, message: string) {
    super(message)
    this.status = status
  }
}

/** Cuts a byte stream into packets without their length; linear however it was cut. `push` throws `frame_invalid`. */
export class PacketReader {
  #held: Buffer[] = []
  #heldBytes = 0

  push(chunk: Buffer): Buffer[] {
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    const packets: Buffer[] = []
    for (;;) {
      const length = this.#nextLength()
      if (length === undefined || this.#heldBytes < LENGTH_BYTES + length) return packets
      const whole = this.#join()
      packets.push(whole.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
      const rest = whole.subarray(LENGTH_BYTES + length)
      this.#held = rest.length > 0 ? [rest] : []
      this.#heldBytes = rest.length
    }
  }

  #nextLength(): number | undefined {
    if (this.#heldBytes < LENGTH_BYTES) return undefined
    const first = this.#held[0]
    const head = first && first.length >= LENGTH_BYTES ? first : this.#join()
    const length = head.readUInt32BE(0)
    if (length === 0 || length > MAX_PACKET_BYTES) {
      throw new SkeinError('frame_invalid', { reason: `an SFTP packet of ${length} bytes` })
    }
    return length
  }

  #join(): Buffer {
    const [first] = this.#held
    const whole = this.#held.length === 1 && first ? first : Buffer.concat(this.#held)
    this.#held = [whole]
    return whole
  }
}

/** Reads a packet's fields in order. Throws `SftpFailure` (bad message) where they end too early. */
export class FieldReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#skip(1))
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#skip(4))
  }

  /** A size or an offset. What no file reaches is refused as a failure. */
  u64(): number {
    const value = this.#bytes.readBigUInt64BE(this.#skip(8))
    if (value > MAX_OFFSET) {
      throw new SftpFailure(Status.failure, 'the offset is too large')
    }
    return Number(value)
  }

  /** A view of the packet's bytes. */
  string(): Buffer {
    const length = this.u32()
    const from = this.#skip(length)
    return this.#bytes.subarray(from, from + length)
  }

  #skip(bytes: number): number {
    const at = this.#at
    if (at + bytes > this.#bytes.length) {
      throw new SftpFailure(Status.badMessage, 'the packet is too short')
    }
    this.#at = at + bytes
    return at
  }
}

export function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)))
  return bytes
}

export function text(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([u32(bytes.length), bytes])
}

export function packet(type: number, ...fields: readonly Buffer[]): Buffer {
  const length = 1 + fields.reduce((sum, field) => sum + field.length, 0)
  return Buffer.concat([u32(length), Buffer.from([type]), ...fields])
}

export const statusPacket = (id: number, status: Status, message: string): Buffer =>
  packet(PacketType.status, u32(id), u32(status), text(message), text(''))

/** Fills in what stands before `length` bytes of data that were read into `packet` behind `DATA_HEADER_BYTES`. */
export function sealDataPacket(packet: Buffer, id: number, length: number): Buffer {
  packet.writeUInt32BE(DATA_HEADER_BYTES - LENGTH_BYTES + length, 0)
  packet.writeUInt8(PacketType.data, LENGTH_BYTES)
  packet.writeUInt32BE(id, LENGTH_BYTES + 1)
  packet.writeUInt32BE(length, LENGTH_BYTES + 5)
  return packet.subarray(0, DATA_HEADER_BYTES + length)
}
