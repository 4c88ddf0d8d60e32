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
import type { Uploads } from './uploads.ts'

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
  uploads: Uploads,
): Promise<FileFacts | Received> {
  const { upload, offset = 0 } = wish
  if (upload === undefined) return takeInto(stream, await find(asked, wish), wish, uploads)
  if (!wish.final) uploads.forget(asked, upload)
  const done = uploads.finished(asked, upload)
  if (done && offset > 0) return takeAgain(stream, done, offset)
  const place = await find(asked, wish)
  // What this very upload put there is not in its way.
  const isOwn = done && place.before && versionOf(place.before) === done.version
  const terms = isOwn ? { ...wish, ifAbsent: false, ifVersion: done.version } : wish
  const taken = await takeInto(stream, place, terms, uploads)
  if ('version' in taken) uploads.remember(asked, upload, taken)
  return taken
}

async function takeInto(
  stream: ServedStream,
  place: Place,
  wish: WriteWish,
  uploads: Uploads,
): Promise<FileFacts | Received> {
  const { asked } = place
  await check(place, wish)
  await uploads.sweep(path.dirname(place.file))
  const handle = await openPart(place, wish)
  try {
    const received = await fill(stream, handle, place, wish)
    if (wish.upload !== undefined && !wish.final) return { receivedBytes: received }
    await settle(place, wish)
    return await examine(place.file, path.basename(asked), true)
  } catch (error) {
    const failure = fileFailure(asked, error)
    // A piece may come again; what cannot be finished is taken away.
    const mayGoOn = isPiece(wish) && failure.code === 'link_lost'
    if (!mayGoOn && failure.code !== 'upload_gap') await rm(onDisk(place.part), { force: true })
    throw failure
  }
}

/** The last piece of an upload that is done: whoever sends it again did not hear our answer. */
async function takeAgain(
  stream: ServedStream,
  done: FileFacts,
  offset: number,
): Promise<FileFacts> {
  stream.accept()
  let end = offset
  for await (const bytes of stream.duplex.iterator({ destroyOnReturn: false })) end += bytes.length
  const { ok } = await stream.finished
  if (!ok) throw new SkeinError('link_lost')
  if (end !== done.sizeBytes) throw new SkeinError('upload_gap', { size: 0, offset })
  return done
}

/** Not of an upload that is its first piece and its last, with which nobody goes on. */
const isPiece = ({ upload, offset = 0, final }: WriteWish): boolean =>
  upload !== undefined && !(final && offset === 0)

async function find(asked: string, wish: WriteWish): Promise<Place> {
  if (wish.parents) await mkdir(onDisk(path.dirname(asked)), { recursive: true })
  const file = await realpath(onDisk(asked), 'buffer').then(nameToText, async (error) => {
    const isNew = error.code === 'ENOENT' && !(await lstat(onDisk(asked)).catch(() => undefined))
    if (isNew) return asked
    throw error
  })
  const own = isPiece(wish) ? wish.upload : undefined
  return {
    asked,
    file,
    part: partOf(file, own ?? randomBytes(9).toString('base64url')),
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
