// What an exec stream carries back: both outputs of one program on one byte stream. Each piece is u8 channel (1
// standard output, 2 standard error), u32 length (big-endian), bytes. It frames itself, because a stream between two
// programs keeps bytes and not the pieces they were written in.

import { concat } from './bytes.ts'
import { SkeinError } from './errors.ts'

export const ExecChannel = { stdout: 1, stderr: 2 } as const
export type ExecChannel = (typeof ExecChannel)[keyof typeof ExecChannel]

const HEADER_BYTES = 5
/** Larger than any one read from a pipe, bytes. A receiver refuses more instead of waiting for it. */
export const MAX_EXEC_PIECE_BYTES = 1024 * 1024

export function encodeExecPiece(channel: ExecChannel, bytes: Uint8Array): Uint8Array {
  const piece = new Uint8Array(HEADER_BYTES + bytes.length)
  piece[0] = channel
  new DataView(piece.buffer).setUint32(1, bytes.length)
  piece.set(bytes, HEADER_BYTES)
  return piece
}

/** Takes the pieces out of a byte stream, however it was cut. `push` throws `frame_invalid`. */
export class ExecReader {
  #rest: Uint8Array = new Uint8Array(0)

  push(chunk: Uint8Array): { channel: ExecChannel; bytes: Uint8Array }[] {
    const bytes = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk)
    const pieces: { channel: ExecChannel; bytes: Uint8Array }[] = []
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES)
      const channel = toChannel(view.getUint8(0))
      const length = view.getUint32(1)
      if (length > MAX_EXEC_PIECE_BYTES) throw invalid(`a piece of ${length} bytes`)
      if (bytes.length - at - HEADER_BYTES < length) break
      at += HEADER_BYTES
      pieces.push({ channel, bytes: bytes.subarray(at, at + length) })
      at += length
    }
    this.#rest = bytes.slice(at)
    return pieces
  }
}

function toChannel(channel: number): ExecChannel {
  if (channel === ExecChannel.stdout || channel === ExecChannel.stderr) return channel
  throw invalid(`channel ${channel}`)
}

function invalid(reason: string): SkeinError {
  return new SkeinError('frame_invalid', { reason })
}
