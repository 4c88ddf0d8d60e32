// Unpacks a tar archive into a folder, trusting nothing in it: names stay inside (place.ts), links that lead out and
// devices are left out and told of, modes lose set-user-id, and size and number have limits that count what arrives,
// not what is promised. Each file is written beside its place, so what is cut off leaves no half of one.

import { randomBytes } from 'node:crypto'
import { link, lstat, rename, rm, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { type Extract, extract, type Header } from 'tar-stream'
import { SkeinError } from '#protocol/errors.ts'
import { fileFailure } from './failure.ts'
import { FILE_LIMITS, type FileLimits } from './limits.ts'
import { nameToText, onDisk } from './name.ts'
import { makeFolder, makeWay, refused, splitName, staysInside } from './place.ts'
import { createNew, writeAll } from './plain.ts'
import { partOf } from './write.ts'

export interface Unpacked {
  readonly entries: number
  readonly bytes: number
  /** What was left out and why: the first of them, and how many in all. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
  readonly skippedCount: number
}

/** What may wait in the parser, bytes: names are 4 kB at most, and a piece of the stream is up to 1 MB. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024

interface Target {
  readonly root: string
  readonly limits: FileLimits
  readonly skipped: { name: string; reason: string }[]
  skippedCount: number
  entries: number
  bytes: number
}

/** Unpacks what `from` carries below `root`, which exists. Rejects with `archive_refused`, `too_large`, `disk_full`. */
export async function unpackTree(
  from: Readable,
  root: string,
  limits = FILE_LIMITS,
): Promise<Unpacked> {
  const target: Target = { root, limits, skipped: [], skippedCount: 0, entries: 0, bytes: 0 }
  // One character a byte, so that names of any bytes come through; pax records are UTF-8 by their standard.
  const archive = extract({ filenameEncoding: 'latin1' } as object)
  const fed = feed(from, archive)
  try {
    for await (const entry of archive) {
      await unpackEntry(entry as AsyncIterable<Uint8Array>, readNames(entry.header), target)
      entry.resume()
    }
  } catch (error) {
    throw error instanceof SkeinError ? error : toRefusal(error)
  } finally {
    archive.destroy()
    await fed
  }
  const { entries, bytes, skipped, skippedCount } = target
  return { entries, bytes, skipped, skippedCount }
}

/** Carries bytes into the archive until either ends. The stream outlives it, because the answer goes the other way. */
async function feed(from: Readable, archive: Extract): Promise<void> {
  try {
    for await (const bytes of from.iterator({ destroyOnReturn: false })) {
      if (archive.destroying) return
      if (!archive.write(bytes)) await roomIn(archive)
      assertShortHeader(archive)
    }
    archive.end(undefined)
  } catch (error) {
    archive.destroy(error as Error)
  }
}

/** tar-stream keeps a header for a long name in memory until it is whole, however long it says it is. */
function assertShortHeader(archive: Extract): void {
  const { buffered } = (archive as unknown as { _buffer: { buffered: number } })._buffer
  if (buffered > MAX_HEADER_BYTES) throw refused('its headers', 'one is too long')
}

function roomIn(archive: Extract): Promise<void> {
  return new Promise((resolve) => {
    archive.once('drain', resolve)
    archive.once('close', resolve)
  })
}

function readNames(header: Header): Header {
  const pax: { path?: string; linkpath?: string } = header.pax ?? {}
  const text = (name: string, isPax: boolean): string =>
    nameToText(Buffer.from(name, isPax ? 'utf8' : 'latin1'))
  return {
    ...header,
    name: text(header.name, pax.path !== undefined),
    linkname: text(header.linkname ?? '', pax.linkpath !== undefined),
  }
}

/** What the kernel or the lost link said stays; what the parser says is about the archive. */
function toRefusal(error: unknown): unknown {
  if (isCoded(error)) return error
  return refused('its headers', error instanceof Error ? error.message : '')
}

const isCoded = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code !== undefined

async function unpackEntry(
  content: AsyncIterable<Uint8Array>,
  header: Header,
  target: Target,
): Promise<void> {
  const { root, limits } = target
  target.entries++
  target.bytes += header.size
  if (target.entries > limits.entries) throw tooLarge(`${limits.entries} entries`)
  if (target.bytes > limits.archiveBytes) throw tooLarge(`${limits.archiveBytes} bytes`)
  const parts = splitName(header.name, limits.depth)
  const leftOut = reasonToSkip(header, parts)
  if (leftOut) skip(target, header.name, leftOut)
  if (leftOut || parts.length === 0) return
  try {
    await put(content, header, { file: await makeWay(root, header.name, parts), target })
  } catch (error) {
    // The kernel's errors have a code; the parser's are about the whole archive.
    throw isCoded(error) ? fileFailure(header.name, error) : error
  }
}

/** What an honest archive may hold and a folder of one's own should not. */
function reasonToSkip({ type, linkname }: Header, parts: readonly string[]): string | undefined {
  switch (type) {
    case 'symlink':
      return staysInside(parts, linkname ?? '') ? undefined : 'it links out of the folder'
    case 'fifo':
    case 'block-device':
    case 'character-device':
      return 'it is a device or a pipe'
    default:
      return undefined
  }
}

function skip(target: Target, name: string, reason: string): void {
  target.skippedCount++
  if (target.skipped.length < target.limits.skippedNames) target.skipped.push({ name, reason })
}

async function put(
  content: AsyncIterable<Uint8Array>,
  header: Header,
  { file, target }: { readonly file: string; readonly target: Target },
): Promise<void> {
  if (header.type === 'directory') return makeFolder(file, header.name)
  const stats = await lstat(onDisk(file)).catch(() => undefined)
  if (stats?.isDirectory()) throw refused(header.name, 'a folder stands in its place')
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      return writeFile(content, file, header)
    case 'symlink':
      if (stats) await rm(onDisk(file))
      return symlink(onDisk(header.linkname ?? ''), onDisk(file))
    case 'link': {
      const original = await findOriginal(header, target)
      if (original === path.resolve(file)) return
      if (stats) await rm(onDisk(file))
      return link(onDisk(original), onDisk(file))
    }
    default:
    // Left out before it came here.
  }
}

async function writeFile(
  content: AsyncIterable<Uint8Array>,
  file: string,
  header: Header,
): Promise<void> {
  const part = partOf(file, randomBytes(9).toString('base64url'))
  try {
    const written = await writeAll(await createNew(part, header.mode & 0o777), content)
    if (written < header.size) throw refused(header.name, 'it is cut off')
    await utimes(onDisk(part), header.mtime ?? new Date(), header.mtime ?? new Date())
    await rename(onDisk(part), onDisk(file))
  } catch (error) {
    await rm(onDisk(part), { force: true })
    throw error
  }
}

/** What a hard link links to: a file below the folder, reached through folders only. */
async function findOriginal(header: Header, { root, limits }: Target): Promise<string> {
  const parts = splitName(header.linkname ?? '', limits.depth)
  const original = await makeWay(root, header.name, parts)
  const stats = await lstat(onDisk(original)).catch(() => undefined)
  if (!stats?.isFile())
    throw refused(header.name, 'it links to a file that the archive has not brought')
  return path.resolve(original)
}

function tooLarge(limit: string): SkeinError {
  return new SkeinError('too_large', { thing: 'archive', limit })
}
