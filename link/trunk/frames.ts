// The frames on a trunk: u8 type, u24 line, u32 length, payload. Data passes in the pieces in which it came; what the
// other frames carry is small and collected.

import { SkeinError } from '#protocol/errors.ts'

export const TRUNK_HEADER_BYTES = 8
export const MAX_LINE = 2 ** 24 - 1
/** The largest data frame, bytes: a read of a socket. */
export const MAX_DATA_BYTES = 64 * 1024
/** Why a line was refused, as JSON, bytes. */
const MAX_TOLD_BYTES = 16 * 1024
const CREDIT_BYTES = 4

export const TrunkFrame = {
  /** Asks for a new line. */
  open: 1,
  /** The line stands. */
  opened: 2,
  /** It does not: a JSON error. */
  refused: 3,
  data: 4,
  /** No more data of this side. */
  end: 5,
  /** Nothing more either way. */
  reset: 6,
  /** u32: so many bytes more may come. */
  credit: 7,
} as const
export type TrunkFrame = (typeof TrunkFrame)[keyof typeof TrunkFrame]

export interface TrunkSink {
  data(line: number, piece: Buffer): void
  /** Any other frame, whole. */
  told(type: TrunkFrame, line: number, payload: Buffer): void
}

/** Answers where the payload goes. */
export function putTrunkHeader(
  buffer: Buffer,
  at: number,
  type: TrunkFrame,
  line: number,
  length: number,
): number {
  buffer.writeUInt32BE(type * 2 ** 24 + line, at)
  return buffer.writeUInt32BE(length, at + 4)
}

const EMPTY = Buffer.alloc(0)

/** Cuts bytes into frames. Throws `frame_invalid` for what no honest end sends; the trunk is then dead. */
export class TrunkFrameReader {
  readonly #sink: TrunkSink
  /** Of a header or a told payload that is not complete. */
  #held: Buffer = EMPTY
  #type: TrunkFrame | undefined
  #line = 0
  #left = 0

  constructor(sink: TrunkSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#type === undefined) at = this.#takeHeader(chunk, at)
      else if (this.#type === TrunkFrame.data) at = this.#takeData(chunk, at)
      else at = this.#takeTold(chunk, at, this.#type)
    }
  }

  #takeHeader(chunk: Buffer, at: number): number {
    if (this.#held.length === 0 && chunk.length - at >= TRUNK_HEADER_BYTES) {
      this.#begin(chunk, at)
      return at + TRUNK_HEADER_BYTES
    }
    const next = this.#hold(chunk, at, TRUNK_HEADER_BYTES)
    if (this.#held.length === TRUNK_HEADER_BYTES) this.#begin(this.#release(), 0)
    return next
  }

  #begin(header: Buffer, at: number): void {
    const word = header.readUInt32BE(at)
    const type = checkedType(word >>> 24)
    this.#line = word & MAX_LINE
    this.#left = checkedLength(type, header.readUInt32BE(at + 4))
    if (this.#left > 0) this.#type = type
    else this.#sink.told(type, this.#line, EMPTY)
  }

  #takeData(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left)
    this.#left -= end - at
    if (this.#left === 0) this.#type = undefined
    this.#sink.data(this.#line, chunk.subarray(at, end))
    return end
  }

  #takeTold(chunk: Buffer, at: number, type: TrunkFrame): number {
    const next = this.#hold(chunk, at, this.#left)
    if (this.#held.length === this.#left) {
      this.#type = undefined
      this.#left = 0
      this.#sink.told(type, this.#line, this.#release())
    }
    return next
  }

  /** Keeps what is missing to `wanted` bytes. */
  #hold(chunk: Buffer, at: number, wanted: number): number {
    const taken = chunk.subarray(at, at + wanted - this.#held.length)
    this.#held = this.#held.length === 0 ? taken : Buffer.concat([this.#held, taken])
    return at + taken.length
  }

  #release(): Buffer {
    const held = this.#held
    this.#held = EMPTY
    return held
  }
}

function checkedType(type: number): TrunkFrame {
  if (type < TrunkFrame.open || type > TrunkFrame.credit) throw invalidFrame(`type ${type}`)
  return type as TrunkFrame
}

function checkedLength(type: TrunkFrame, length: number): number {
  const [least, most] = limitsOf(type)
  if (length < least || length > most) throw invalidFrame(`a frame of ${length} bytes`)
  return length
}

function limitsOf(type: TrunkFrame): readonly [number, number] {
  if (type === TrunkFrame.data) return [1, MAX_DATA_BYTES]
  if (type === TrunkFrame.credit) return [CREDIT_BYTES, CREDIT_BYTES]
  return type === TrunkFrame.refused ? [1, MAX_TOLD_BYTES] : [0, 0]
}

export const invalidFrame = (reason: string): SkeinError =>
  new SkeinError('frame_invalid', { reason })
