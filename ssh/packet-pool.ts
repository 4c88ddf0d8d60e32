// Where outgoing packets of AES-GCM are put together. ssh2 makes a buffer and asks for random padding for each; at 400 MB/s
// that is 12,000 of both a second, most of whose cost is the collector's and the random generator's.

import { randomFillSync } from 'node:crypto'

/** Shared by all connections, so that an idle one holds none; a packet that waits holds up to this much. */
const SLAB_BYTES = 256 * 1024
/** Larger packets than this have a buffer of their own. */
const MAX_POOLED_BYTES = 64 * 1024
const PADDING_BYTES = 16 * 1024
const BLOCK_BYTES = 16
/** RFC 4253, 6. */
const MIN_PADDING_BYTES = 4
const LENGTH_BYTES = 4

let slab = Buffer.alloc(0)
let used = 0
const padding = Buffer.allocUnsafeSlow(PADDING_BYTES)
let usedPadding = PADDING_BYTES

/** A packet for a payload: its length, its padding's length, room for the payload at 5, padding. Its tag is a buffer of its own. */
export function gcmPacket(payloadBytes: number): Buffer {
  const unpadded = 1 + payloadBytes
  let paddingBytes = BLOCK_BYTES - (unpadded % BLOCK_BYTES)
  if (paddingBytes < MIN_PADDING_BYTES) paddingBytes += BLOCK_BYTES
  const bytes = unpadded + paddingBytes
  const packet = take(LENGTH_BYTES + bytes)
  packet.writeUInt32BE(bytes, 0)
  packet[LENGTH_BYTES] = paddingBytes
  putPadding(packet, LENGTH_BYTES + unpadded, paddingBytes)
  return packet
}

function take(bytes: number): Buffer {
  if (bytes > MAX_POOLED_BYTES) return Buffer.allocUnsafeSlow(bytes)
  if (used + bytes > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    used = 0
  }
  const taken = slab.subarray(used, used + bytes)
  used += bytes
  return taken
}

/** Each random byte is used once. */
function putPadding(packet: Buffer, at: number, bytes: number): void {
  if (usedPadding + bytes > PADDING_BYTES) {
    randomFillSync(padding)
    usedPadding = 0
  }
  padding.copy(packet, at, usedPadding, usedPadding + bytes)
  usedPadding += bytes
}
