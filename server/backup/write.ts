// Makes a backup of a data folder while a peer runs on it: a copy of its database at one instant, the keys beside it, one
// file under another name until it has been read back and compared.

import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'
import { SkeinError } from '#protocol/errors.ts'
import type { StoreAddress } from '../store/address.ts'
import { DATABASE_FILE } from '../store/sqlite/open.ts'
import { isRolledBack } from '../store/traces.ts'
import { makeRunFolder, runFolder } from '../supervisor/child-state.ts'
import { version } from '../version.ts'
import { encodeHeader, FORMAT, type Header } from './format.ts'
import { toFrames } from './frames.ts'
import { differenceOf, inspectDatabase } from './inspect.ts'
import { keptFiles, MAX_SMALL_BYTES } from './kept.ts'
import { type BackupKey, newSeal } from './key.ts'
import type { OnProgress } from './progress.ts'
import { BackupFile } from './read.ts'
import { fileOf } from './server-store.ts'
import { snapshot } from './snapshot.ts'
import { makeStaging } from './staging.ts'
import { syncFolder } from './sync-folder.ts'

export interface BackupOptions {
  readonly data: string
  readonly file: string
  /** Where the records are; the data folder's own file unless given. */
  readonly store?: StoreAddress
  /** Without one the backup is readable by whoever has it. */
  readonly key?: BackupKey
  /** Replace a file of that name. */
  readonly force: boolean
  readonly nowMs: number
  readonly onProgress: OnProgress
}

export interface Backup {
  readonly header: Header
  readonly sizeBytes: number
}

/** Rejects with `data_missing`, `store_rolled_back`, `backup_exists` and `backup_failed`; then there is no file and no part of one. */
export async function writeBackup(options: BackupOptions): Promise<Backup> {
  const { data, file, force, store = { kind: 'sqlite', path: undefined } } = options
  const database = store.kind === 'sqlite' ? (store.path ?? join(data, DATABASE_FILE)) : data
  if (!existsSync(database)) throw new SkeinError('data_missing', { folder: data })
  if (isRolledBack(data)) throw new SkeinError('store_rolled_back')
  if (!force && existsSync(file)) throw new SkeinError('backup_exists', { file })
  makeRunFolder(data)
  const staging = makeStaging(runFolder(data), 'backup')
  const part = `${file}.part`
  try {
    const copy = join(staging.path, DATABASE_FILE)
    if (store.kind === 'sqlite') await snapshot(database, copy, options.onProgress)
    else await fileOf(store, staging.path)
    const sources = sourcesOf(data, copy)
    const header = await writePart(part, sources, options)
    await rm(copy)
    await verify(part, header, options, staging.path)
    await giveName(part, file, force)
    return { header, sizeBytes: statSync(file).size }
  } catch (error) {
    await rm(part, { force: true })
    throw refusalOf(error)
  } finally {
    staging.remove()
  }
}

interface SourceFile {
  readonly name: Header['files'][number]['name']
  readonly path: string
  readonly sizeBytes: number
}

function sourcesOf(data: string, copy: string): SourceFile[] {
  return keptFiles.flatMap((name) => {
    const path = name === DATABASE_FILE ? copy : join(data, name)
    const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size
    if (sizeBytes === undefined) return []
    if (name !== DATABASE_FILE && sizeBytes > MAX_SMALL_BYTES) {
      const reason = `${path} is too large to be a key (${sizeBytes} bytes)`
      throw new SkeinError('backup_failed', { reason })
    }
    return [{ name, path, sizeBytes }]
  })
}

async function writePart(
  part: string,
  sources: readonly SourceFile[],
  { key, nowMs, onProgress }: BackupOptions,
): Promise<Header> {
  const sealed = key && (await newSeal(key))
  const header: Header = {
    format: FORMAT,
    version,
    at: new Date(nowMs).toISOString(),
    contents: inspectDatabase(sources.at(-1)?.path ?? ''),
    files: sources.map(({ name, sizeBytes }) => ({ name, sizeBytes })),
    sha256: await hashOf(sources),
    ...(sealed && { seal: sealed.seal }),
  }
  const encoded = encodeHeader(header)
  const sealing = sealed && { secret: sealed.secret, header: encoded }
  await rm(part, { force: true })
  // `x`: a link that somebody put there meanwhile is not followed.
  const handle = await open(part, 'wx', 0o600)
  try {
    await handle.writeFile(encoded)
    const content = counted(contentOf(sources), totalOf(sources), onProgress)
    await pipeline(Readable.from(content), createZstdCompress(), (compressed) =>
      writeFrames(handle, toFrames(compressed, sealing)),
    )
    await handle.sync()
  } finally {
    await handle.close()
  }
  return header
}

async function writeFrames(handle: FileHandle, frames: AsyncIterable<Buffer>): Promise<void> {
  for await (const bytes of frames) await handle.writeFile(bytes)
}

async function* contentOf(sources: readonly SourceFile[]): AsyncGenerator<Buffer> {
  for (const { path, sizeBytes } of sources) {
    if (sizeBytes > 0) yield* createReadStream(path, { end: sizeBytes - 1 })
  }
}

async function hashOf(sources: readonly SourceFile[]): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of contentOf(sources)) hash.update(chunk)
  return hash.digest('hex')
}

async function* counted(content: AsyncIterable<Buffer>, totalBytes: number, say: OnProgress) {
  let doneBytes = 0
  for await (const chunk of content) {
    doneBytes += chunk.length
    say('writing', doneBytes, totalBytes)
    yield chunk
  }
}

const totalOf = (sources: readonly SourceFile[]): number =>
  sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** What was written is opened as a restore would, and its database compared with what was copied. */
async function verify(
  part: string,
  header: Header,
  { key, onProgress }: BackupOptions,
  folder: string,
): Promise<void> {
  const backup = await BackupFile.open(part)
  const copy = join(folder, 'verified')
  try {
    await backup.extract(copy, key, (_, done, total) => onProgress('verifying', done, total))
  } finally {
    await backup.close()
  }
  const difference = differenceOf(header.contents, inspectDatabase(join(copy, DATABASE_FILE)))
  if (difference) throw new SkeinError('backup_failed', { reason: difference })
}

/** A link fails where the name exists, a rename replaces it. */
async function giveName(part: string, file: string, force: boolean): Promise<void> {
  if (force) {
    await rename(part, file)
  } else {
    await link(part, file).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new SkeinError('backup_exists', { file }, error) : error
    })
    await rm(part)
  }
  await syncFolder(dirname(file))
}

/** A damage that is found while a backup is made is a failure to make it. */
function refusalOf(error: unknown): unknown {
  const isOwn = error instanceof SkeinError && !error.code.startsWith('restore_')
  if (isOwn && error.code !== 'backup_damaged' && error.code !== 'backup_cut') return error
  const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
  return new SkeinError('backup_failed', { reason }, error)
}
