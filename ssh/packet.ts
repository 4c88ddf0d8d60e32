// The data types of RFC 4251, 5, read and written. Whatever is too short is `ssh_protocol`: a client that sends half
// a field is broken or hostile, and its connection ends.

import { SkeinError } from '#protocol/errors.ts'

export function protocolError(reason: string): SkeinError {
  return new SkeinError('ssh_protocol', { reason })
}

/** Reads one payload from its second byte on. Byte strings are views on it: copy what is kept. */
export class PacketReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 1) {
    this.#bytes = bytes
    this.#at = at
  }

  get position(): number {
    return this.#at
  }

  byte(): number {
    return this.#take(1)[0] ?? 0
  }

  flag(): boolean {
    return this.byte() !== 0
  }

  number(): number {
    return this.#take(4).readUInt32BE(0)
  }

  bytes(): Buffer {
    return this.#take(this.number())
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  rest(): Buffer {
    return this.#take(this.#bytes.length - this.#at)
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw protocolError('a message is cut short')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

type Field = string | number | boolean | Uint8Array

/** A payload: its type, then text and bytes with their length, numbers as uint32, flags as a byte. */
export function packet(type: number, ...fields: readonly Field[]): Buffer {
  return Buffer.concat([Buffer.of(type), ...fields.map(encode)])
}

/** The same without a type, for blobs within blobs. */
export function blob(...fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(encode))
}

function encode(field: Field): Buffer {
  if (typeof field === 'boolean') return Buffer.of(field ? 1 : 0)
  if (typeof field === 'number') return uint32(field)
  const bytes = typeof field === 'string' ? Buffer.from(field) : field
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
