// Datagrams on a stream of bytes: u16 length (big-endian), bytes; as protocol/link.ts has it for `resumable` UDP. Pure.

/** What UDP over IPv4 can carry, bytes. */
export const MAX_DATAGRAM_BYTES = 65_507
const HEADER_BYTES = 2

/** Throws RangeError for more than a datagram can be. */
export function encodeDatagram(bytes: Uint8Array): Buffer {
  if (bytes.length > MAX_DATAGRAM_BYTES) throw new RangeError(`${bytes.length} bytes`)
  const framed = Buffer.alloc(HEADER_BYTES + bytes.length)
  framed.writeUInt16BE(bytes.length)
  framed.set(bytes, HEADER_BYTES)
  return framed
}

/** Takes the datagrams out of a byte stream, however it was cut. */
export class DatagramReader {
  #rest: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): Buffer[] {
    const bytes = Buffer.concat([this.#rest, chunk])
    const datagrams: Buffer[] = []
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + bytes.readUInt16BE(at)
      if (bytes.length < end) break
      datagrams.push(bytes.subarray(at + HEADER_BYTES, end))
      at = end
    }
    this.#rest = bytes.subarray(at)
    return datagrams
  }
}
