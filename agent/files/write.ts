// Files are written beside their place and put there by one rename: who looks sees the old content or the new, and a
// broken upload leaves what was there. An upload in pieces keeps its file beside until the last piece has come.

import { randomBytes } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import {
  access,
  constants,
  type FileHandle,
  link,
  lstat,
  mkdir,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import path from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import type { ServedStream } from '../link/served.ts'
import { examine, type FileFacts, versionOf } from './entry.ts'
import { fileFailure } from './failure.ts'
import { nameToText, onDisk } from './name.ts'
import { assertPlain, createNew, openToContinue, writeFrom } from './plain.ts'

/** For a file that is new; the space's own umask takes from it. */
const NEW_FILE_MODE = 0o666

export interface WriteWish {
  readonly offset?: number | undefined
  readonly mode?: number | undefined
  readonly ifVersion?: string | undefined
  readonly ifAbsent?: boolean | undefined
  readonly parents?: boolean | undefined
  readonly upload?: string | undefined
  readonly final?: boolean | undefined
}

/** What a piece that is not the last one comes to. */
export interface Received {
  readonly receivedBytes: number
}

interface Place {
  /** As it was asked for. */
  readonly asked: string
  /** Where links lead, so that they stay links. */
  readonly file: string
  readonly part: string
  readonly before: BigIntStats | undefined
}

/** Rejects with `file_changed`, `path_exists`, `upload_gap`, `disk_full` and the other codes of files. */
export async function takeFile(
  stream: ServedStream,
  asked: string,
  wish: WriteWish,
): Promise<FileFacts | Received> {
  if (wish.parents) await mkdir(onDisk(path.dirname(asked)), { recursive: true })
  const place = await find(asked, wish)
  await check(place, wish)
  const keepsPart = wish.upload !== undefined && !wish.final
  const handle = await openPart(place, wish)
  try {
    const received = await fill(stream, handle, place, wish)
    if (keepsPart) return { receivedBytes: received }
    await settle(place, wish)
    return await examine(place.file, path.basename(asked), true)
  } catch (error) {
    const failure = fileFailure(asked, error)
    // A piece may come again; what cannot be finished is taken away.
    const mayGoOn = wish.upload !== undefined && failure.code === 'link_lost'
    if (!mayGoOn && failure.code !== 'upload_gap') await rm(onDisk(place.part), { force: true })
    throw failure
  }
}

async function find(asked: string, { upload }: WriteWish): Promise<Place> {
  const file = await realpath(onDisk(asked), 'buffer').then(nameToText, async (error) => {
    const isNew = error.code === 'ENOENT' && !(await lstat(onDisk(asked)).catch(() => undefined))
    if (isNew) return asked
    throw error
  })
  const id = upload ?? randomBytes(9).toString('base64url')
  return {
    asked,
    file,
    part: partOf(file, id),
    before: await stat(onDisk(file), { bigint: true }).catch(() => undefined),
  }
}

/** Where the bytes of an upload wait: in the same folder, so that a rename is enough. */
export const partOf = (file: string, id: string): string =>
  path.join(path.dirname(file), `.skein-${id}.part`)

async function check({ asked, file, before }: Place, wish: WriteWish): Promise<void> {
  const { ifVersion, ifAbsent } = wish
  if (ifVersion !== undefined && (!before || versionOf(before) !== ifVersion)) {
    throw new SkeinError('file_changed', { path: asked })
  }
  if (!before) return
  assertPlain(asked, before)
  if (ifAbsent) throw new SkeinError('path_exists', { path: asked })
  // A rename asks the folder only: a file that is kept from being written stays as it is.
  await access(onDisk(file), constants.W_OK)
}

async function openPart({ part, before }: Place, wish: WriteWish): Promise<FileHandle> {
  const { offset = 0, upload } = wish
  const mode = wish.mode ?? NEW_FILE_MODE
  // What is not in its place yet is nobody else's to read before it has its own mode.
  const whileBeside = before ? 0o600 : mode
  if (upload === undefined) return createNew(part, whileBeside)
  if (offset === 0) {
    await rm(onDisk(part), { force: true })
    return createNew(part, whileBeside)
  }
  const handle = await openToContinue(part).catch((error) => {
    throw error.code === 'ENOENT' ? new SkeinError('upload_gap', { size: 0, offset }) : error
  })
  const { size } = await handle.stat()
  if (size >= offset) return handle
  await handle.close()
  throw new SkeinError('upload_gap', { size, offset })
}

/** Takes the content and closes the file; how many bytes there are now. */
async function fill(
  stream: ServedStream,
  handle: FileHandle,
  { before }: Place,
  wish: WriteWish,
): Promise<number> {
  try {
    const offset = wish.upload === undefined ? 0 : (wish.offset ?? 0)
    stream.accept()
    const content = stream.duplex.iterator({ destroyOnReturn: false })
    const end = offset + (await writeFrom(handle, content, offset))
    // The stream ended, which says nothing yet: the one who sends it may have lost who sent it.
    const { ok } = await stream.finished
    if (!ok) throw new SkeinError('link_lost')
    await handle.truncate(end)
    if (before && (wish.upload === undefined || wish.final)) await likeBefore(handle, before)
    return end
  } finally {
    await handle.close()
  }
}

/** Mode and group as they were. Who may not give the group away keeps their own. */
async function likeBefore(handle: FileHandle, before: BigIntStats): Promise<void> {
  const own = await handle.stat()
  if (own.gid !== Number(before.gid) || own.uid !== Number(before.uid)) {
    await handle.chown(Number(before.uid), Number(before.gid)).catch(() => undefined)
  }
  await handle.chmod(Number(before.mode) & 0o7777)
}

/** Looks once more, since an upload may take an hour; between this look and the rename lie microseconds. */
async function settle(place: Place, wish: WriteWish): Promise<void> {
  const { asked, file, part } = place
  if (wish.ifAbsent && (await putNew(part, file))) return
  const now = await stat(onDisk(file), { bigint: true }).catch(() => undefined)
  await check({ ...place, before: now }, wish)
  if (now) assertPlain(asked, now)
  await rename(onDisk(part), onDisk(file))
}

/** A link is made only where nothing is. False where the file system has no hard links. */
async function putNew(part: string, file: string): Promise<boolean> {
  try {
    await link(onDisk(part), onDisk(file))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EMLINK') return false
    throw error
  }
  await rm(onDisk(part), { force: true })
  return true
}
