// Lists of strings and bytes as MessagePack, which Redis' Lua packs and unpacks in C: of that format arrays and strings, no
// more (github.com/msgpack/msgpack/blob/master/spec.md).

const FIX_STRING = 0xa0
const STRING_8 = 0xd9
const STRING_16 = 0xda
const STRING_32 = 0xdb
const FIX_ARRAY = 0x90
const ARRAY_16 = 0xdc
const ARRAY_32 = 0xdd
const MAX_FIX_STRING = 31
const MAX_FIX_ARRAY = 15
const MAX_8 = 0xff
const MAX_16 = 0xffff
/** The longest head. */
const HEAD_BYTES = 5

export function packList(list: readonly (string | Uint8Array)[]): Buffer {
  const lengths = list.map((one) => (typeof one === 'string' ? Buffer.byteLength(one) : one.length))
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, one) => sum + one + HEAD_BYTES, HEAD_BYTES))
  let at = writeArrayHead(bytes, list.length)
  list.forEach((one, i) => {
    const length = lengths[i] ?? 0
    at = writeStringHead(bytes, at, length)
    if (typeof one === 'string') bytes.write(one, at)
    else bytes.set(one, at)
    at += length
  })
  return bytes.subarray(0, at)
}

/** Reads a list from its front. Throws a RangeError at bytes that are no list of strings, and past its end. */
export class ListReader {
  readonly #bytes: Buffer
  readonly #count: number
  #read = 0
  #at: number

  constructor(bytes: Buffer) {
    const [count, first] = arrayHead(bytes)
    this.#bytes = bytes
    this.#count = count
    this.#at = first
  }

  get isOver(): boolean {
    return this.#read >= this.#count
  }

  text(): string {
    const from = this.#enter()
    return this.#bytes.toString('utf8', from, this.#at)
  }

  /** A view of the list. */
  bytes(): Buffer {
    const from = this.#enter()
    return this.#bytes.subarray(from, this.#at)
  }

  /** Goes past the next string; answers where it begins. */
  #enter(): number {
    if (this.isOver) throw new RangeError('a packed list is too short')
    const [length, from] = stringHead(this.#bytes, this.#at)
    if (from + length > this.#bytes.length) throw new RangeError('a packed list is cut off')
    this.#read++
    this.#at = from + length
    return from
  }
}

function writeArrayHead(bytes: Buffer, count: number): number {
  if (count <= MAX_FIX_ARRAY) return bytes.writeUInt8(FIX_ARRAY | count, 0)
  if (count <= MAX_16) return bytes.writeUInt16BE(count, bytes.writeUInt8(ARRAY_16, 0))
  return bytes.writeUInt32BE(count, bytes.writeUInt8(ARRAY_32, 0))
}

function writeStringHead(bytes: Buffer, at: number, length: number): number {
  if (length <= MAX_FIX_STRING) return bytes.writeUInt8(FIX_STRING | length, at)
  if (length <= MAX_8) return bytes.writeUInt8(length, bytes.writeUInt8(STRING_8, at))
  if (length <= MAX_16) return bytes.writeUInt16BE(length, bytes.writeUInt8(STRING_16, at))
  return bytes.writeUInt32BE(length, bytes.writeUInt8(STRING_32, at))
}

type Head = readonly [length: number, next: number]

function arrayHead(bytes: Buffer): Head {
  const head = bytes.readUInt8(0)
  if ((head & ~MAX_FIX_ARRAY) === FIX_ARRAY) return [head & MAX_FIX_ARRAY, 1]
  if (head === ARRAY_16) return [bytes.readUInt16BE(1), 3]
  if (head === ARRAY_32) return [bytes.readUInt32BE(1), 5]
  throw new RangeError('a packed list begins with no list')
}

function stringHead(bytes: Buffer, at: number): Head {
  const head = bytes.readUInt8(at)
  if ((head & ~MAX_FIX_STRING) === FIX_STRING) return [head & MAX_FIX_STRING, at + 1]
  if (head === STRING_8) return [bytes.readUInt8(at + 1), at + 2]
  if (head === STRING_16) return [bytes.readUInt16BE(at + 1), at + 3]
  if (head === STRING_32) return [bytes.readUInt32BE(at + 1), at + 5]
  throw new RangeError('a packed list holds something else than strings')
}
