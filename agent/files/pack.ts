// A folder (or one file) as a tar archive, made as fast as it is taken. Links are packed as links; pipes, sockets and
// devices are left out, and so is what vanishes or may not be read.

import { lstat, opendir, readlink } from 'node:fs/promises'
import path from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { FILE_LIMITS, type FileLimits } from './limits.ts'
import { nameToText, onDisk } from './name.ts'
import { openToRead } from './plain.ts'
import { ARCHIVE_END, encodeHeader, padding, type TarEntry } from './tar-header.ts'

const PIECE_BYTES = 256 * 1024

interface Walk {
  readonly limits: FileLimits
  entries: number
  bytes: number
}

/**
 * The archive of `root`: names are relative to a folder; a file has its own name. With `only`, of these names in the
 * folder. Throws `too_large`.
 */
export async function* packTree(
  root: string,
  limits = FILE_LIMITS,
  only?: readonly string[],
): AsyncGenerator<Buffer> {
  const walk = { limits, entries: 0, bytes: 0 }
  const stats = await lstat(onDisk(root))
  if (only) yield* packNamed(root, only, walk)
  else if (stats.isDirectory()) yield* packFolder(root, '', 1, walk)
  else yield* packOne(root, path.basename(root), 1, walk)
  yield ARCHIVE_END
}

async function* packNamed(
  root: string,
  only: readonly string[],
  walk: Walk,
): AsyncGenerator<Buffer> {
  for (const name of only) {
    if (name.includes('/') || name === '.' || name === '..') {
      throw new SkeinError('path_invalid', { path: name, reason: 'it is not a name in the folder' })
    }
    yield* packOne(path.join(root, name), name, 1, walk)
  }
}

async function* packFolder(
  folder: string,
  prefix: string,
  depth: number,
  walk: Walk,
): AsyncGenerator<Buffer> {
  if (depth > walk.limits.depth) throw tooLarge(`${walk.limits.depth} folders deep`)
  const bytes = { encoding: 'buffer' as BufferEncoding }
  const entries = await opendir(onDisk(folder), bytes).catch(passOver)
  if (!entries) return
  for await (const entry of entries) {
    const name = nameToText(entry.name as unknown as Buffer)
    yield* packOne(path.join(folder, name), `${prefix}${name}`, depth, walk)
  }
}

async function* packOne(
  file: string,
  name: string,
  depth: number,
  walk: Walk,
): AsyncGenerator<Buffer> {
  const stats = await lstat(onDisk(file)).catch(passOver)
  if (!stats) return
  walk.entries++
  if (walk.entries > walk.limits.entries) throw tooLarge(`${walk.limits.entries} entries`)
  const entry = { name, mode: stats.mode & 0o7777, modifiedMs: stats.mtimeMs, sizeBytes: 0 }
  if (stats.isDirectory()) {
    yield encodeHeader({ ...entry, name: `${name}/`, type: 'directory' })
    yield* packFolder(file, `${name}/`, depth + 1, walk)
  } else if (stats.isSymbolicLink()) {
    const target = await readlink(onDisk(file), 'buffer').catch(passOver)
    if (target) yield encodeHeader({ ...entry, type: 'symlink', target: nameToText(target) })
  } else if (stats.isFile()) {
    yield* packFile(file, { ...entry, type: 'file' }, walk)
  }
}

/** The size in the header is a promise: a file that grows meanwhile is cut, one that shrinks is filled with zeroes. */
async function* packFile(file: string, entry: TarEntry, walk: Walk): AsyncGenerator<Buffer> {
  const handle = await openToRead(file).catch(passOver)
  if (!handle) return
  try {
    const { size } = await handle.stat()
    walk.bytes += size
    if (walk.bytes > walk.limits.archiveBytes) throw tooLarge(`${walk.limits.archiveBytes} bytes`)
    yield encodeHeader({ ...entry, sizeBytes: size })
    for (let left = size; left > 0; ) {
      const piece = Buffer.alloc(Math.min(left, PIECE_BYTES))
      const { bytesRead } = await handle.read(piece, 0, piece.length)
      const filled = bytesRead === 0 ? piece : piece.subarray(0, bytesRead)
      left -= filled.length
      yield filled
    }
    yield padding(size)
  } finally {
    await handle.close()
  }
}

/** For what vanished meanwhile or is not this user's: the rest of the archive is still wanted. */
function passOver(error: unknown): undefined {
  const code = error instanceof SkeinError ? error.code : (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'EACCES' || code === 'file_failed') return undefined
  throw error
}

function tooLarge(limit: string): SkeinError {
  return new SkeinError('too_large', { thing: 'archive', limit })
}
