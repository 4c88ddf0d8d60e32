// The content of one file to or from a stream.

import { pipeline } from 'node:stream/promises'
import type { ServedStream } from '../link/served.ts'
import { openToRead, openToWrite, writeAll } from './plain.ts'

/** Read in pieces of this size, bytes: fewer turns than Node's default 64 kB, still small beside the windows. */
const PIECE_BYTES = 256 * 1024
const NEW_FILE_MODE = 0o644

/** Sends a file from `offset` to its end. */
export async function sendFile(stream: ServedStream, path: string, offset = 0): Promise<void> {
  const handle = await openToRead(path)
  const stats = await handle.stat()
  stream.accept({
    sizeBytes: stats.size,
    mode: stats.mode & 0o7777,
    modifiedMs: Math.round(stats.mtimeMs),
  })
  const content = handle.createReadStream({ start: offset, highWaterMark: PIECE_BYTES })
  await pipeline(content, stream.duplex, { end: false })
}

/**
 * Writes what the peer sends into a file. What came before a broken stream stays, so that the peer may go on from
 * there with an offset.
 */
export async function takeFile(
  stream: ServedStream,
  path: string,
  { offset, mode }: { offset?: number | undefined; mode?: number | undefined },
): Promise<void> {
  const handle = await openToWrite(path, offset, mode ?? NEW_FILE_MODE)
  stream.accept()
  await writeAll(handle, stream.duplex.iterator({ destroyOnReturn: false }), offset)
}
