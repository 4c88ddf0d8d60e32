// ASN.1 in its distinguished encoding (ITU-T X.690), as far as a certificate needs it. Node signs and reads
// certificates but makes none; these few tags are all that is missing, and no library has to come along for them.

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  contextPrimitive: 0x80,
  contextConstructed: 0xa0,
} as const

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}

/** Up to 127 in one byte; above, the number of length bytes and then those (8.1.3). */
function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes = bigEndian(length)
  return [0x80 | bytes.length, ...bytes]
}

function bigEndian(value: number): number[] {
  return value < 0x100 ? [value] : [...bigEndian(Math.floor(value / 0x100)), value % 0x100]
}

export const sequence = (...parts: readonly Uint8Array[]) => tagged(TAG.sequence, ...parts)
export const set = (...parts: readonly Uint8Array[]) => tagged(TAG.set, ...parts)
export const octets = (...parts: readonly Uint8Array[]) => tagged(TAG.octetString, ...parts)
export const utf8 = (text: string) => tagged(TAG.utf8, Buffer.from(text))
export const yes = () => tagged(TAG.boolean, Buffer.from([0xff]))

/** An unsigned number, most significant byte first: a leading bit of one would make it negative. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Buffer.alloc(1) : bytes.subarray(first)
  const isNegative = (digits[0] ?? 0) >= 0x80
  return tagged(TAG.integer, ...(isNegative ? [Buffer.alloc(1)] : []), digits)
}

/** `unused`: how many of the last byte's low bits do not count. */
export const bits = (bytes: Uint8Array, unused = 0) =>
  tagged(TAG.bitString, Buffer.from([unused]), bytes)

/** `1.2.840…`: the first two numbers share a byte, each other has seven bits a byte (8.19). */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest.flatMap((number) => base128(number))]
  return tagged(TAG.oid, Buffer.from(bytes))
}

function base128(value: number, more = 0): number[] {
  const low = (value % 0x80) | more
  return value < 0x80 ? [low] : [...base128(Math.floor(value / 0x80), 0x80), low]
}

/** Two digits of the year until 2049, four after (RFC 5280, 4.1.2.5). */
export function time(ms: number): Buffer {
  const digits = `${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`
  if (digits < '2050') return tagged(TAG.utcTime, Buffer.from(digits.slice(2)))
  return tagged(TAG.generalizedTime, Buffer.from(digits))
}

/** A field known by its number: around a whole value, or in place of a primitive one's own tag. */
export const explicit = (number: number, value: Uint8Array) =>
  tagged(TAG.contextConstructed | number, value)
export const implicit = (number: number, body: Uint8Array) =>
  tagged(TAG.contextPrimitive | number, body)
