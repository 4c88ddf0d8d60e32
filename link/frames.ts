// The frames inside a link's stream: u8 type, u32 length, payload (protocol/link.ts). Data passes through in the
// pieces in which it came, so that a large frame is never held or copied; the small JSON frames are collected.

import { SkeinError } from '#protocol/errors.ts'
import { FrameType, MAX_CONTROL_FRAME_BYTES, MAX_DATA_FRAME_BYTES } from '#protocol/link.ts'

export const LINK_HEADER_BYTES = 5

export interface FrameSink {
  /** A piece of a data frame, of the bytes that were pushed. */
  data(piece: Buffer): void
  /** The whole value of an open, opened or fin frame. */
  control(type: FrameType, value: unknown): void
}

export function linkHeader(type: FrameType, payloadBytes: number): Buffer {
  return putHeader(Buffer.allocUnsafe(LINK_HEADER_BYTES), type, payloadBytes)
}

/** Header and payload as one buffer, for payloads so small that a copy is cheaper than a second write. */
export function dataFrame(parts: readonly Buffer[], payloadBytes: number): Buffer {
  const frame = Buffer.allocUnsafe(LINK_HEADER_BYTES + payloadBytes)
  putHeader(frame, FrameType.data, payloadBytes)
  let at = LINK_HEADER_BYTES
  for (const part of parts) at += part.copy(frame, at)
  return frame
}

/** Throws `too_large` for what the other side would refuse. */
export function controlFrame(type: FrameType, value: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(value ?? {}))
  if (payload.length > MAX_CONTROL_FRAME_BYTES) {
    throw new SkeinError('too_large', { thing: 'frame', limit: `${MAX_CONTROL_FRAME_BYTES} bytes` })
  }
  return Buffer.concat([linkHeader(type, payload.length), payload])
}

function putHeader(frame: Buffer, type: FrameType, payloadBytes: number): Buffer {
  frame[0] = type
  frame.writeUInt32BE(payloadBytes, 1)
  return frame
}

/** Cuts a byte stream into frames. Throws `frame_invalid` for what no honest end sends; the stream is then dead. */
export class LinkFrameReader {
  readonly #sink: FrameSink
  /** What has come of a header or a JSON payload that is not complete. */
  #held: Buffer[] = []
  #heldBytes = 0
  #type: FrameType = FrameType.data
  /** Payload bytes still to come; undefined while a header is awaited. */
  #left: number | undefined

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#left === undefined) at = this.#takeHeader(chunk, at)
      else if (this.#type === FrameType.data) at = this.#takeData(chunk, at, this.#left)
      else at = this.#takeControl(chunk, at, this.#left)
    }
  }

  /** Answers where to go on, as the others do. */
  #takeHeader(chunk: Buffer, at: number): number {
    if (this.#heldBytes === 0 && chunk.length - at >= LINK_HEADER_BYTES) {
      this.#begin(chunk, at)
      return at + LINK_HEADER_BYTES
    }
    const next = this.#hold(chunk, at, LINK_HEADER_BYTES - this.#heldBytes)
    if (this.#heldBytes === LINK_HEADER_BYTES) this.#begin(this.#release(), 0)
    return next
  }

  #begin(header: Buffer, at: number): void {
    this.#type = checkedType(header[at] ?? 0)
    this.#left = checkedLength(this.#type, header.readUInt32BE(at + 1))
  }

  #takeData(chunk: Buffer, at: number, left: number): number {
    const end = Math.min(chunk.length, at + left)
    this.#left = end - at === left ? undefined : left - (end - at)
    this.#sink.data(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end))
    return end
  }

  #takeControl(chunk: Buffer, at: number, left: number): number {
    const next = this.#hold(chunk, at, left - this.#heldBytes)
    if (this.#heldBytes === left) {
      this.#left = undefined
      this.#sink.control(this.#type, parseJson(this.#release()))
    }
    return next
  }

  /** Keeps up to `wanted` bytes. */
  #hold(chunk: Buffer, at: number, wanted: number): number {
    const taken = chunk.subarray(at, at + wanted)
    this.#held.push(taken)
    this.#heldBytes += taken.length
    return at + taken.length
  }

  #release(): Buffer {
    const [first] = this.#held
    const whole = this.#held.length === 1 && first ? first : Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    return whole
  }
}

/** Reads the JSON frame that a stream begins with, and leaves what comes behind it as it is. */
export class FirstFrameReader {
  readonly #type: FrameType
  #held: Buffer = Buffer.alloc(0)

  constructor(type: FrameType) {
    this.#type = type
  }

  /** Undefined while more of it is to come. Throws `frame_invalid`. */
  push(chunk: Buffer): { value: unknown; rest: Buffer } | undefined {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = bytes
    if (bytes.length < LINK_HEADER_BYTES) return undefined
    const type = checkedType(bytes[0] ?? 0)
    const end = LINK_HEADER_BYTES + checkedLength(type, bytes.readUInt32BE(1))
    if (type !== this.#type) throw new SkeinError('frame_invalid', { reason: `type ${type}` })
    if (bytes.length < end) return undefined
    return { value: parseJson(bytes.subarray(LINK_HEADER_BYTES, end)), rest: bytes.subarray(end) }
  }
}

function checkedType(type: number): FrameType {
  if (type < FrameType.open || type > FrameType.fin) {
    throw new SkeinError('frame_invalid', { reason: `type ${type}` })
  }
  return type as FrameType
}

/** An empty payload of any frame is refused: nobody sends one, and ten million of them would cost without counting. */
function checkedLength(type: FrameType, length: number): number {
  const most = type === FrameType.data ? MAX_DATA_FRAME_BYTES : MAX_CONTROL_FRAME_BYTES
  if (length > most || length === 0) {
    throw new SkeinError('frame_invalid', { reason: `a frame of ${length} bytes` })
  }
  return length
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch (cause) {
    throw new SkeinError('frame_invalid', { reason: 'not JSON' }, cause)
  }
}
