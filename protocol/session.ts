// What a `session` stream carries: one shell or command as SSH knows it, with or without a terminal. Pieces as those
// of exec.ts: u8 type, u32 length (big-endian), bytes. The fin carries the exit status or the signal.

import { SkeinError } from './errors.ts'

export const SessionPiece = {
  /** To the agent: what is typed; an empty one is the end of input. */
  input: 1,
  /** To the agent: u16 columns, u16 rows (big-endian). */
  resize: 2,
  /** To the agent: a signal's name without SIG (RFC 4254, 6.10). */
  signal: 3,
  /** From the agent. */
  output: 4,
  errorOutput: 5,
} as const
export type SessionPiece = (typeof SessionPiece)[keyof typeof SessionPiece]

const HEADER_BYTES = 5
/** Larger than any one SSH packet or pipe read, bytes. A receiver refuses more instead of waiting for it. */
export const MAX_SESSION_PIECE_BYTES = 1024 * 1024

const TYPES = new Set<number>(Object.values(SessionPiece))

export function encodeSessionPiece(type: SessionPiece, bytes: Uint8Array): Uint8Array {
  const piece = new Uint8Array(HEADER_BYTES + bytes.length)
  piece[0] = type
  new DataView(piece.buffer).setUint32(1, bytes.length)
  piece.set(bytes, HEADER_BYTES)
  return piece
}

export function encodeResize(cols: number, rows: number): Uint8Array {
  const body = new Uint8Array(4)
  const view = new DataView(body.buffer)
  view.setUint16(0, cols)
  view.setUint16(2, rows)
  return encodeSessionPiece(SessionPiece.resize, body)
}

/** Undefined for a body that is not four bytes. */
export function readResize(body: Uint8Array): { cols: number; rows: number } | undefined {
  if (body.length !== 4) return undefined
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  return { cols: view.getUint16(0), rows: view.getUint16(2) }
}

/** Takes the pieces out of a byte stream, however it was cut. `push` throws `frame_invalid`. */
export class SessionReader {
  #rest: Uint8Array = new Uint8Array(0)

  push(chunk: Uint8Array): { type: SessionPiece; bytes: Uint8Array }[] {
    const bytes = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk)
    const pieces: { type: SessionPiece; bytes: Uint8Array }[] = []
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES)
      const type = view.getUint8(0)
      const length = view.getUint32(1)
      if (!TYPES.has(type)) throw invalid(`a piece of type ${type}`)
      if (length > MAX_SESSION_PIECE_BYTES) throw invalid(`a piece of ${length} bytes`)
      if (bytes.length - at - HEADER_BYTES < length) break
      at += HEADER_BYTES
      pieces.push({ type: type as SessionPiece, bytes: bytes.subarray(at, at + length) })
      at += length
    }
    this.#rest = bytes.slice(at)
    return pieces
  }
}

function invalid(reason: string): SkeinError {
  return new SkeinError('frame_invalid', { reason })
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
