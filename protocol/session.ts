// What a `session` stream carries: one shell or command as SSH knows it, with or without a terminal. Pieces as those
// of exec.ts: u8 type, u32 length (big-endian), bytes. The fin carries the exit status or the signal.

import { concat } from './bytes.ts'
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

const MAX_HELD_BYTES = 64

const TYPES = new Set<number>(Object.values(SessionPiece))

export function encodeSessionPiece(type: SessionPiece, bytes: Uint8Array): Uint8Array {
  const piece = new Uint8Array(HEADER_BYTES + bytes.length)
  piece.set(sessionPieceHead(type, bytes.length))
  piece.set(bytes, HEADER_BYTES)
  return piece
}

/** For bytes that are written after it and not copied behind it. */
export function sessionPieceHead(type: SessionPiece, bytes: number): Uint8Array {
  const head = new Uint8Array(HEADER_BYTES)
  head[0] = type
  new DataView(head.buffer).setUint32(1, bytes)
  return head
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

/**
 * Takes the pieces out of a byte stream, however it was cut. Input and output are streams themselves, so that a long piece
 * is handed on in the parts in which it comes, as views on them: only an empty one is a piece of its own. `push` throws
 * `frame_invalid`.
 */
export class SessionReader {
  /** What has come of a header, or of a piece that must be whole. */
  #held: Uint8Array = new Uint8Array(0)
  #type: SessionPiece = SessionPiece.input
  /** Bytes of the piece that are still to come; undefined while a header is awaited. */
  #left: number | undefined

  push(chunk: Uint8Array): { type: SessionPiece; bytes: Uint8Array }[] {
    const pieces: { type: SessionPiece; bytes: Uint8Array }[] = []
    let rest = chunk
    while (rest.length > 0 || this.#left === 0) {
      if (this.#left === undefined) rest = this.#takeHeader(rest)
      else {
        const part = rest.subarray(0, this.#left)
        rest = rest.subarray(part.length)
        const isEnd = part.length === this.#left
        const bytes = this.#isWhole() ? this.#hold(part) : part
        this.#left -= part.length
        if (isEnd) this.#left = undefined
        if (isEnd || !this.#isWhole()) pieces.push({ type: this.#type, bytes })
        if (isEnd) this.#held = new Uint8Array(0)
      }
    }
    return pieces
  }

  #takeHeader(chunk: Uint8Array): Uint8Array {
    const missing = HEADER_BYTES - this.#held.length
    const header = this.#hold(chunk.subarray(0, missing))
    if (header.length === HEADER_BYTES) {
      this.#held = new Uint8Array(0)
      const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES)
      this.#type = checkedType(view.getUint8(0))
      this.#left = checkedLength(this.#type, view.getUint32(1))
    }
    return chunk.subarray(missing)
  }

  #hold(part: Uint8Array): Uint8Array {
    this.#held = this.#held.length === 0 ? part.slice() : concat(this.#held, part)
    return this.#held
  }

  #isWhole(): boolean {
    return this.#type === SessionPiece.resize || this.#type === SessionPiece.signal
  }
}

function checkedType(type: number): SessionPiece {
  if (!TYPES.has(type)) throw invalid(`a piece of type ${type}`)
  return type as SessionPiece
}

/** A size is four bytes and a signal a name: nothing that has to be held is long. */
function checkedLength(type: SessionPiece, length: number): number {
  const isHeld = type === SessionPiece.resize || type === SessionPiece.signal
  if (length > (isHeld ? MAX_HELD_BYTES : MAX_SESSION_PIECE_BYTES)) {
    throw invalid(`a piece of ${length} bytes`)
  }
  return length
}

function invalid(reason: string): SkeinError {
  return new SkeinError('frame_invalid', { reason })
}
