// Opens regular files and nothing else. A named pipe would block one of Node's four file threads until somebody writes
// to it, and four of them would stop the agent; a device may have no end.

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { SkeinError } from '#protocol/errors.ts'

export function openToRead(path: string): Promise<FileHandle> {
  return openPlain(path, constants.O_RDONLY)
}

/** Opens a file to be written from `offset`; without one it is emptied first. `mode` is for a file that is new. */
export function openToWrite(
  path: string,
  offset: number | undefined,
  mode: number,
): Promise<FileHandle> {
  const emptied = offset === undefined ? constants.O_TRUNC : 0
  return openPlain(path, constants.O_WRONLY | constants.O_CREAT | emptied, mode)
}

/** A new file at a name where nothing is, not even a link. */
export function createNew(path: string, mode: number): Promise<FileHandle> {
  return openPlain(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
}

/** Writes all that `content` brings from `position` on, and closes the file. */
export async function writeAll(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  position = 0,
): Promise<void> {
  try {
    let at = position
    for await (const bytes of content) {
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
      }
      at += bytes.length
    }
  } finally {
    await handle.close()
  }
}

async function openPlain(path: string, flags: number, mode?: number): Promise<FileHandle> {
  const handle = await open(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY, mode)
  try {
    const stats = await handle.stat()
    if (stats.isFile()) return handle
    const reason = stats.isDirectory() ? 'it is a folder' : 'it is not a regular file'
    throw new SkeinError('file_failed', { path, reason })
  } catch (error) {
    await handle.close()
    throw error
  }
}
