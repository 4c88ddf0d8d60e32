// Opens regular files and nothing else. A named pipe would block one of Node's four file threads until somebody writes
// to it, and four of them would stop the agent; a device may have no end.

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { SkeinError } from '#protocol/errors.ts'
import { onDisk } from './name.ts'

export function openToRead(path: string): Promise<FileHandle> {
  return openPlain(path, constants.O_RDONLY)
}

/** Opens a file that exists to be written from some offset on; a link in its place is refused. */
export function openToContinue(path: string): Promise<FileHandle> {
  return openPlain(path, constants.O_WRONLY | constants.O_NOFOLLOW)
}

/** A new file at a name where nothing is, not even a link. */
export function createNew(path: string, mode: number): Promise<FileHandle> {
  return openPlain(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
}

/** Writes all that `content` brings from `position` on, and closes the file; how many bytes that were. */
export async function writeAll(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  position = 0,
): Promise<number> {
  try {
    return await writeFrom(handle, content, position)
  } finally {
    await handle.close()
  }
}

export async function writeFrom(
  handle: FileHandle,
  content: AsyncIterable<Uint8Array>,
  position: number,
): Promise<number> {
  let at = position
  for await (const bytes of content) {
    for (let done = 0; done < bytes.length; ) {
      done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
    }
    at += bytes.length
  }
  return at - position
}

async function openPlain(path: string, flags: number, mode?: number): Promise<FileHandle> {
  const handle = await open(onDisk(path), flags | constants.O_NONBLOCK | constants.O_NOCTTY, mode)
  try {
    assertPlain(path, await handle.stat())
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Throws `path_is_folder` or `file_failed` for what is no regular file. */
export function assertPlain(
  path: string,
  stats: { isFile(): boolean; isDirectory(): boolean },
): void {
  if (stats.isFile()) return
  if (stats.isDirectory()) throw new SkeinError('path_is_folder', { path })
  throw new SkeinError('file_failed', { path, reason: 'it is not a regular file' })
}
