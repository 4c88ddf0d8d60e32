// Numbered bytes on the wire: u8 type, u32 body length, body; all integers big-endian. A position is the count of
// bytes of the stream before it (u64). The same frames travel in a link stream's data, in a WebSocket's binary
// messages (cut anywhere) and, later, through a ProxyCommand; whoever relays them need not understand them.

import { SkeinError } from '../errors.ts'

export const NumberedType = {
  /** client → server, JSON `Attach`; the first frame. */
  attach: 1,
  /** server → client, JSON `Attached`; the answer. */
  attached: 2,
  /** server → client: u64 at, bytes. */
  out: 3,
  /** client → server: u64 at (in this client's input), bytes. */
  in: 4,
  /** client → server: u64; all output before it is drawn. This is the credit. */
  ackOut: 5,
  /** server → client: u64; all input before it is typed. */
  ackIn: 6,
  /** both ways: u64 at (output position), u16 cols, u16 rows. */
  resize: 7,
  /** server → client: u64 at, JSON `Ended`. In plain bytes (byte-client.ts) both ways, JSON `ByteEnded`. */
  fin: 8,
  /** server → client: u64 at, then a snapshot of the screen at that position; the viewer resets and draws it. */
  snapshot: 9,
  /** server → client, JSON `ErrorBody`; the last frame. In plain bytes also from a client that gives up. */
  error: 10,
  /** server → client, JSON `Viewers`: who else is attached. */
  viewers: 11,
  /** both ways: u64 echoed back unchanged, to measure the round trip to the agent. */
  ping: 12,
  pong: 13,
} as const
export type NumberedType = (typeof NumberedType)[keyof typeof NumberedType]

/** `client` names one viewer for as long as it lives (random, ≤ 64 characters); `sent` is how much it has typed. */
export interface Attach {
  readonly stream: string
  readonly run?: string
  readonly seen?: number
  readonly client: string
  readonly sent: number
  readonly cols: number
  readonly rows: number
  readonly label?: string
}

/** `run` is random per process start. `from` is where output goes on; `heard` how much input has been typed. */
export interface Attached {
  readonly run: string
  readonly mode: 'resume' | 'snapshot' | 'gone'
  readonly from: number
  readonly heard: number
  readonly cols: number
  readonly rows: number
}

export interface Ended {
  readonly status?: number
  readonly signal?: string
}

export interface Viewers {
  readonly count: number
  readonly labels: readonly string[]
}

export interface NumberedFrame {
  readonly type: NumberedType
  readonly body: Uint8Array
}

export const NUMBERED_HEADER_BYTES = 5
/** The largest body, bytes: a snapshot of 1,000 lines is below 400 kB. */
export const MAX_NUMBERED_BODY_BYTES = 4 * 1024 * 1024

const text = new TextEncoder()
const untext = new TextDecoder()

export function encodeFrame(
  type: NumberedType,
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const frame = new Uint8Array(NUMBERED_HEADER_BYTES + length)
  putHeader(frame, type)
  let at = NUMBERED_HEADER_BYTES
  for (const part of parts) {
    frame.set(part, at)
    at += part.length
  }
  return frame
}

export const encodeJson = (type: NumberedType, value: unknown): Uint8Array<ArrayBuffer> =>
  encodeFrame(type, text.encode(JSON.stringify(value)))

export function encodeAt(
  type: NumberedType,
  at: number,
  bytes?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(AT_HEADER_BYTES + (bytes?.length ?? 0))
  putHeaderAt(frame, type, at)
  if (bytes) frame.set(bytes, AT_HEADER_BYTES)
  return frame
}

/** Before the bytes of a frame that has a position. */
export const AT_HEADER_BYTES = NUMBERED_HEADER_BYTES + 8

/** Begins `frame`, all of which is one frame with a position; its bytes are put behind AT_HEADER_BYTES by the caller. */
export function putHeaderAt(frame: Uint8Array, type: NumberedType, at: number): void {
  putHeader(frame, type)
  putU32(frame, NUMBERED_HEADER_BYTES, Math.floor(at / 2 ** 32))
  putU32(frame, NUMBERED_HEADER_BYTES + 4, at % 2 ** 32)
}

function putHeader(frame: Uint8Array, type: NumberedType): void {
  frame[0] = type
  putU32(frame, 1, frame.length - NUMBERED_HEADER_BYTES)
}

/** By hand: a DataView for each number is most of what a small frame costs. */
function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

export function encodeResize(at: number, cols: number, rows: number): Uint8Array<ArrayBuffer> {
  const size = new Uint8Array(4)
  const view = new DataView(size.buffer)
  view.setUint16(0, cols)
  view.setUint16(2, rows)
  return encodeAt(NumberedType.resize, at, size)
}

/** Reads the u64 position at the head of a body. Past 2^53 is refused: no stream gets there. */
export function readAt(body: Uint8Array): number {
  if (body.length < 8) throw new SkeinError('frame_invalid', { reason: 'no position' })
  const at = new DataView(body.buffer, body.byteOffset).getBigUint64(0)
  if (at > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new SkeinError('frame_invalid', { reason: 'position too large' })
  }
  return Number(at)
}

export function readResize(body: Uint8Array): { at: number; cols: number; rows: number } {
  if (body.length !== 12)
    throw new SkeinError('frame_invalid', { reason: 'resize of wrong length' })
  const view = new DataView(body.buffer, body.byteOffset)
  return { at: readAt(body), cols: view.getUint16(8), rows: view.getUint16(10) }
}

export const readBytes = (body: Uint8Array): Uint8Array => body.subarray(8)

export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(untext.decode(body))
  } catch (cause) {
    throw new SkeinError('frame_invalid', { reason: 'not JSON' }, cause)
  }
}

const EMPTY = new Uint8Array(0)
/** What an unfinished frame's buffer begins with, bytes; it doubles as bytes arrive, so a false length costs nothing. */
const FIRST_BUFFER_BYTES = 4096

/**
 * Cuts a byte stream into frames; linear in its bytes however they are cut. Keeps at most one unfinished frame;
 * throws `frame_invalid` and is then dead. A body may be a view of the chunk that it came in.
 */
export class FrameReader {
  #buffer: Uint8Array = EMPTY
  #held = 0
  #dead: SkeinError | undefined

  push(chunk: Uint8Array): NumberedFrame[] {
    if (this.#dead) throw this.#dead
    try {
      return this.#cut(chunk)
    } catch (caught) {
      if (caught instanceof SkeinError) this.#dead = caught
      throw caught
    }
  }

  #cut(chunk: Uint8Array): NumberedFrame[] {
    const frames: NumberedFrame[] = []
    let bytes = chunk
    while (this.#held > 0 && bytes.length > 0) {
      bytes = bytes.subarray(this.#hold(bytes, wanted(this.#buffer, this.#held)))
      if (this.#held < wanted(this.#buffer, this.#held)) continue
      frames.push(toFrame(this.#buffer.subarray(0, this.#held)))
      this.#buffer = EMPTY
      this.#held = 0
    }
    for (;;) {
      const end = wanted(bytes, bytes.length)
      if (bytes.length < end) break
      frames.push(toFrame(bytes.subarray(0, end)))
      bytes = bytes.subarray(end)
    }
    if (bytes.length > 0) this.#hold(bytes, wanted(bytes, bytes.length))
    return frames
  }

  /** Copies what is still wanted of the frame; answers how many bytes it took. */
  #hold(bytes: Uint8Array, want: number): number {
    const take = Math.min(bytes.length, want - this.#held)
    const needed = this.#held + take
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2, FIRST_BUFFER_BYTES))
      larger.set(this.#buffer.subarray(0, this.#held))
      this.#buffer = larger
    }
    this.#buffer.set(bytes.subarray(0, take), this.#held)
    this.#held = needed
    return take
  }
}

/** How long the frame at the head of `bytes` is, as far as its header is known; refuses a header that cannot be. */
function wanted(bytes: Uint8Array, held: number): number {
  const type = bytes[0] ?? 0
  if (held > 0 && (type < 1 || type > NumberedType.pong)) {
    throw new SkeinError('frame_invalid', { reason: `type ${type}` })
  }
  if (held < NUMBERED_HEADER_BYTES) return NUMBERED_HEADER_BYTES
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1)
  if (length > MAX_NUMBERED_BODY_BYTES) {
    throw new SkeinError('frame_invalid', { reason: `body of ${length} bytes` })
  }
  return NUMBERED_HEADER_BYTES + length
}

const toFrame = (bytes: Uint8Array): NumberedFrame => ({
  type: (bytes[0] ?? 0) as NumberedType,
  body: bytes.subarray(NUMBERED_HEADER_BYTES),
})
