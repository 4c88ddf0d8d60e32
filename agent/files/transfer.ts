// The content of one file to a stream.

import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SkeinError } from '#protocol/errors.ts'
import type { ServedStream } from '../link/served.ts'
import { isWritable, versionOf } from './entry.ts'
import { openToRead } from './plain.ts'

/** Read in pieces of this size, bytes: fewer turns than Node's default 64 kB, still small beside the windows. */
const PIECE_BYTES = 256 * 1024

export interface ReadWish {
  readonly offset?: number | undefined
  readonly length?: number | undefined
  readonly ifVersion?: string | undefined
}

/**
 * Sends a file from `offset` on: what it holds now, even if it grows meanwhile. Rejects with `file_changed` when it is
 * another version, and with `file_failed` when it becomes shorter than it promised.
 */
export async function sendFile(stream: ServedStream, path: string, wish: ReadWish): Promise<void> {
  const handle = await openToRead(path)
  // Closed by the stream that reads from it, once there is one.
  let isOurs = true
  try {
    const stats = await handle.stat({ bigint: true })
    const version = versionOf(stats)
    if (wish.ifVersion !== undefined && wish.ifVersion !== version) {
      throw new SkeinError('file_changed', { path })
    }
    const sizeBytes = Number(stats.size)
    const { offset = 0 } = wish
    const bytes = Math.max(0, Math.min(wish.length ?? Infinity, sizeBytes - offset))
    stream.accept({
      sizeBytes,
      mode: Number(stats.mode) & 0o7777,
      modifiedMs: Number(stats.mtimeMs),
      version,
      writable: await isWritable(path),
    })
    // Files of the kernel say 0 and hold something all the same, which ends where it ends.
    const isUnsized = sizeBytes === 0
    if (bytes === 0 && !isUnsized) return
    const end = isUnsized ? {} : { end: offset + bytes - 1 }
    isOurs = false
    const content = handle.createReadStream({ start: offset, highWaterMark: PIECE_BYTES, ...end })
    const promised = isUnsized ? 0 : bytes
    await pipeline(content, atLeast(promised, path), stream.duplex, { end: false })
  } finally {
    if (isOurs) await handle.close()
  }
}

/** Passes bytes on, and fails when fewer came than were promised. */
function atLeast(bytes: number, path: string): Transform {
  let left = bytes
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length
      done(null, chunk)
    },
    flush(done) {
      const reason = 'it became shorter while it was read'
      done(left > 0 ? new SkeinError('file_failed', { path, reason }) : null)
    },
  })
}
