// Reading and writing small binary records, big-endian. A reader never goes beyond its bytes: whatever is missing or
// too much throws `Malformed`, and nothing is allocated by a length that was only claimed.

export class Malformed extends Error {
  override readonly name = 'Malformed'
}

const text = new TextEncoder()
const untext = new TextDecoder('utf-8', { fatal: true })

export class Writer {
  #bytes: Uint8Array
  #view: DataView
  #at = 0

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  u8(value: number): this {
    const at = this.#take(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.#take(2)
    this.#view.setUint16(at, value)
    return this
  }

  u32(value: number): this {
    const at = this.#take(4)
    this.#view.setUint32(at, value)
    return this
  }

  /** A whole number up to 2^48, as for milliseconds since 1970. */
  u48(value: number): this {
    return this.u16(Math.floor(value / 2 ** 32)).u32(value % 2 ** 32)
  }

  /** A UUID as its sixteen bytes. */
  uuid(id: string): this {
    const hex = id.replaceAll('-', '')
    for (let i = 0; i < 32; i += 2) this.u8(Number.parseInt(hex.slice(i, i + 2), 16))
    return this
  }

  /** u16 length, UTF-8. */
  string(value: string): this {
    const bytes = text.encode(value)
    this.u16(bytes.length)
    const at = this.#take(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** A whole number up to 2^53, seven bits a byte, the lowest first. */
  varint(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.u8(rest)
  }

  u64(value: bigint): this {
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffffffffn))
  }

  /** Length as a varint, then the bytes. */
  blob(bytes: Uint8Array): this {
    this.varint(bytes.length)
    const at = this.#take(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** As `blob`, in UTF-8. */
  longText(value: string): this {
    return this.blob(text.encode(value))
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  /** May put other bytes and another view in place of those before, so it is called first. */
  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) this.#grow(at + count)
    this.#at = at + count
    return at
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}

export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  u48(): number {
    return this.u16() * 2 ** 32 + this.u32()
  }

  uuid(): string {
    const at = this.#take(16)
    const hex = Array.from(this.#bytes.subarray(at, at + 16), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('')
    const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
    return [...parts, hex.slice(20)].join('-')
  }

  string(maxBytes: number): string {
    const length = this.u16()
    if (length > maxBytes) throw new Malformed(`a text of ${length} bytes`)
    const at = this.#take(length)
    try {
      return untext.decode(this.#bytes.subarray(at, at + length))
    } catch {
      throw new Malformed('a text that is not UTF-8')
    }
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (!Number.isSafeInteger(value)) throw new Malformed('a number above 2^53')
      if (byte < 0x80) return value
    }
  }

  /** How many of something follow, each of at least a byte: never more than could be there. */
  count(): number {
    const count = this.varint()
    if (count > this.#bytes.length - this.#at) throw new Malformed('fewer bytes than it says')
    return count
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32())
  }

  /** A copy: what was read outlives the message. */
  blob(maxBytes: number): Uint8Array {
    const length = this.varint()
    if (length > maxBytes) throw new Malformed(`${length} bytes`)
    const at = this.#take(length)
    return this.#bytes.slice(at, at + length)
  }

  longText(maxBytes: number): string {
    try {
      return untext.decode(this.blob(maxBytes))
    } catch (error) {
      if (error instanceof Malformed) throw error
      throw new Malformed('a text that is not UTF-8')
    }
  }

  /** Nothing may follow. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new Malformed('more bytes than the message has')
  }

  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) throw new Malformed('fewer bytes than it says')
    this.#at = at + count
    return at
  }
}
