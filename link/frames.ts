// The frames inside a link's stream: u8 type, u32 length, payload (protocol/link.ts). Data passes through in the
// pieces in which it came, so that a large frame is never held or copied; the small JSON frames are collected.

import { SkeinError } from '#protocol/errors.ts'
import { FrameType, MAX_CONTROL_FRAME_BYTES, MAX_DATA_FRAME_BYTES } from '#protocol/link.ts'

export const LINK_HEADER_BYTES = 5

export interface FrameSink {
  /** A piece of a data frame. */
  data(piece: Buffer): void
  /** A whole open, opened or fin frame. */
  control(type: FrameType, value: unknown): void
}

export function linkHeader(type: FrameType, length: number): Buffer {
  const header = Buffer.allocUnsafe(LINK_HEADER_BYTES)
  header[0] = type
  header.writeUInt32BE(length, 1)
  return header
}

export function controlFrame(type: FrameType, value: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(value))
  if (payload.length > MAX_CONTROL_FRAME_BYTES) {
    throw new SkeinError('too_large', { thing: 'frame', limit: `${MAX_CONTROL_FRAME_BYTES} bytes` })
  }
  return Buffer.concat([linkHeader(type, payload.length), payload])
}

/** Cuts a byte stream into frames. Throws `frame_invalid` for what no honest end sends; the stream is then dead. */
export class LinkFrameReader {
  readonly #sink: FrameSink
  /** What was seen of a header or a control frame so far. */
  #held: Buffer[] = []
  #heldBytes = 0
  #type: FrameType = FrameType.open
  /** Payload bytes still to come; undefined while a header is awaited. */
  #left: number | undefined

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#left === undefined) rest = this.#header(rest)
      else if (this.#type === FrameType.data) rest = this.#data(rest, this.#left)
      else rest = this.#control(rest, this.#left)
    }
  }

  #header(chunk: Buffer): Buffer {
    const taken = this.#hold(chunk, LINK_HEADER_BYTES - this.#heldBytes)
    if (this.#heldBytes < LINK_HEADER_BYTES) return taken
    const header = this.#release()
    this.#type = checkedType(header[0] ?? 0)
    this.#left = checkedLength(this.#type, header.readUInt32BE(1))
    return taken
  }

  #data(chunk: Buffer, left: number): Buffer {
    const piece = chunk.subarray(0, left)
    this.#left = piece.length === left ? undefined : left - piece.length
    this.#sink.data(piece)
    return chunk.subarray(piece.length)
  }

  #control(chunk: Buffer, left: number): Buffer {
    const rest = this.#hold(chunk, left - this.#heldBytes)
    if (this.#heldBytes < left) return rest
    this.#left = undefined
    this.#sink.control(this.#type, parseJson(this.#release()))
    return rest
  }

  /** Keeps up to `wanted` bytes and gives back the rest. */
  #hold(chunk: Buffer, wanted: number): Buffer {
    const taken = chunk.subarray(0, wanted)
    this.#held.push(taken)
    this.#heldBytes += taken.length
    return chunk.subarray(taken.length)
  }

  #release(): Buffer {
    const [first] = this.#held
    const whole = this.#held.length === 1 && first ? first : Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    return whole
  }
}

function checkedType(type: number): FrameType {
  if (type < FrameType.open || type > FrameType.fin) {
    throw new SkeinError('frame_invalid', { reason: `type ${type}` })
  }
  return type as FrameType
}

function checkedLength(type: FrameType, length: number): number {
  const most = type === FrameType.data ? MAX_DATA_FRAME_BYTES : MAX_CONTROL_FRAME_BYTES
  if (length > most) throw new SkeinError('frame_invalid', { reason: `${length} bytes` })
  // Empty frames cost their sender 5 bytes and their reader a turn: no honest end sends one.
  if (length === 0) throw new SkeinError('frame_invalid', { reason: 'empty' })
  return length
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch (cause) {
    throw new SkeinError('frame_invalid', { reason: 'not JSON' }, cause)
  }
}
