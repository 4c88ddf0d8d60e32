// Unpacks a tar archive into a folder, trusting nothing in it: names and links stay inside (place.ts), modes lose
// set-user-id, devices and pipes are refused, and size and number have limits that count what arrives, not what is
// promised.

import { link, lstat, rm, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { type Extract, extract, type Header } from 'tar-stream'
import { SkeinError } from '#protocol/errors.ts'
import { FILE_LIMITS, type FileLimits } from './limits.ts'
import { checkLink, makeFolder, makeWay, refused, splitName } from './place.ts'
import { createNew, writeAll } from './plain.ts'

interface Target {
  readonly root: string
  readonly limits: FileLimits
  entries: number
  bytes: number
}

/** Unpacks what `from` carries below `root`, which exists. Rejects with `archive_refused` or `too_large`. */
export async function unpackTree(
  from: Readable,
  root: string,
  limits = FILE_LIMITS,
): Promise<{ entries: number; bytes: number }> {
  const target = { root, limits, entries: 0, bytes: 0 }
  const archive = extract()
  const fed = feed(from, archive)
  try {
    for await (const entry of archive) {
      await unpackEntry(entry as AsyncIterable<Uint8Array>, entry.header, target)
      entry.resume()
    }
  } catch (error) {
    throw error instanceof SkeinError ? error : toRefusal(error)
  } finally {
    archive.destroy()
    await fed
  }
  return { entries: target.entries, bytes: target.bytes }
}

/** Carries bytes into the archive until either ends. The stream outlives it, because the answer goes the other way. */
async function feed(from: Readable, archive: Extract): Promise<void> {
  try {
    for await (const bytes of from.iterator({ destroyOnReturn: false })) {
      if (archive.destroying) return
      if (!archive.write(bytes)) await roomIn(archive)
    }
    archive.end(undefined)
  } catch (error) {
    archive.destroy(error as Error)
  }
}

function roomIn(archive: Extract): Promise<void> {
  return new Promise((resolve) => {
    archive.once('drain', resolve)
    archive.once('close', resolve)
  })
}

/** What the kernel or the lost link said stays; what the parser says is about the archive. */
function toRefusal(error: unknown): unknown {
  const isOurs = (error as NodeJS.ErrnoException | undefined)?.code !== undefined
  return isOurs ? error : refused('its headers', error instanceof Error ? error.message : '')
}

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
  if (parts.length === 0) return
  const file = await makeWay(root, header.name, parts)
  if (header.type === 'directory') return makeFolder(file, header.name)
  await clear(file, header.name)
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      return writeFile(content, file, header)
    case 'symlink':
      checkLink(header.name, parts, header.linkname)
      return symlink(header.linkname, file)
    case 'link':
      return link(await findOriginal(header, target), file)
    case 'fifo':
    case 'block-device':
    case 'character-device':
      throw refused(header.name, `it is a ${header.type}`)
  }
}

/** Takes away what stands in the place, but never a folder with all that is in it. */
async function clear(file: string, name: string): Promise<void> {
  const stats = await lstat(file).catch(() => undefined)
  if (stats?.isDirectory()) throw refused(name, 'a folder stands in its place')
  if (stats) await rm(file)
}

async function writeFile(
  content: AsyncIterable<Uint8Array>,
  file: string,
  header: Header,
): Promise<void> {
  const handle = await createNew(file, header.mode & 0o777)
  await writeAll(handle, content)
  await utimes(file, header.mtime, header.mtime)
}

/** What a hard link links to: a file below the folder, reached through folders only. */
async function findOriginal(header: Header, { root, limits }: Target): Promise<string> {
  const parts = splitName(header.linkname, limits.depth)
  const original = await makeWay(root, header.name, parts)
  const stats = await lstat(original).catch(() => undefined)
  if (!stats?.isFile())
    throw refused(header.name, 'it links to a file that the archive has not brought')
  return path.resolve(original)
}

function tooLarge(limit: string): SkeinError {
  return new SkeinError('too_large', { thing: 'archive', limit })
}
