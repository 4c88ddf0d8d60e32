// The content of one file: out with ranges and ETags, in with back-pressure. What users wrote never runs on the origin
// of the pages: it is always an attachment of no known type, under a policy that would let nothing run.

import { z } from 'zod'
import { type FileFacts, fileFactsSchema, receivedSchema } from '#protocol/api/files.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { LinkStream } from '../links/streams.ts'
import type { Exchange } from './exchange.ts'
import { attachment, etagOf, matchesAny, type Part, parseRange, versionIn } from './files-range.ts'
import {
  askFiles,
  audit,
  endingWith,
  type FilesCall,
  type FilesOpen,
  openFiles,
  piecesOf,
  resultOf,
  sendBody,
  understood,
} from './files-stream.ts'
import type { Door } from './ports.ts'
import { ok, type Reply, type ReplyOf } from './reply.ts'

/** For everything that users wrote. */
export const CONTENT_HEADERS = {
  'content-security-policy': "default-src 'none'; sandbox",
  'content-type': 'application/octet-stream',
} as const

const readSchema = fileFactsSchema.omit({ name: true, kind: true })

export async function sendContent(
  door: Door,
  call: FilesCall<'GET /spaces/:id/files/content'>,
  exchange: Exchange,
): Promise<Reply> {
  const { path } = call.query
  const asksFirst = ['range', 'if-none-match'].some((name) => exchange.header(name) !== undefined)
  if (exchange.method !== 'HEAD' && !asksFirst) return read(door, call, { path }, exchange)
  const facts = await factsOf(door, call, path, exchange.signal)
  const { version, sizeBytes } = facts
  const headers = headersOf(path, facts)
  if (matchesAny(exchange.header('if-none-match'), version)) return { status: 304, headers }
  if (exchange.method === 'HEAD') {
    return { status: 200, headers: { ...headers, 'content-length': String(sizeBytes) } }
  }
  const ifRange = exchange.header('if-range')
  const isMeant = ifRange === undefined || ifRange === etagOf(version)
  const part = isMeant ? parseRange(exchange.header('range'), sizeBytes) : undefined
  return read(door, call, { path, ifVersion: version, ...part }, exchange)
}

/** Of a regular file, or what a link to one leads to. Rejects with `path_is_folder`. */
async function factsOf(
  door: Door,
  call: FilesCall,
  path: string,
  signal: AbortSignal,
): Promise<FileFacts> {
  const open = { op: 'stat', path, follow: true } as const
  const facts = await askFiles(door, call, open, { schema: fileFactsSchema, signal })
  if (facts.kind === 'folder') throw new SkeinError('path_is_folder', { path })
  return facts
}

async function read(
  door: Door,
  call: FilesCall,
  wish: Omit<FilesOpen, 'op'> & Partial<Part>,
  exchange: Exchange,
): Promise<Reply> {
  const stream = await openFiles(door, call, { op: 'read', ...wish }, exchange.signal)
  const facts = factsIn(stream)
  audit(door, call, 'file.read', { path: wish.path, op: 'read' })
  const { sizeBytes } = facts
  const { offset, length = sizeBytes } = wish
  const headers = headersOf(wish.path, facts)
  // A file of the kernel says 0 and holds something: its end is where it ends.
  const bytes = sizeBytes > 0 ? length : undefined
  if (bytes !== undefined) headers['content-length'] = String(bytes)
  if (offset !== undefined) {
    headers['content-range'] = `bytes ${offset}-${offset + length - 1}/${sizeBytes}`
  }
  return {
    status: offset === undefined ? 200 : 206,
    headers,
    stream: exchange.answer(piecesOf(door, stream, call.requestId, bytes)),
  }
}

/** Nobody reads on where the agent began with nonsense. */
function factsIn(stream: LinkStream): z.output<typeof readSchema> {
  try {
    return understood(readSchema, stream.opened)
  } catch (error) {
    stream.abort()
    throw error
  }
}

function headersOf(
  path: string,
  { version, modifiedMs, writable }: Pick<FileFacts, 'version' | 'modifiedMs' | 'writable'>,
): Record<string, string> {
  return {
    ...CONTENT_HEADERS,
    'accept-ranges': 'bytes',
    'content-disposition': attachment(baseName(path)),
    etag: etagOf(version),
    'last-modified': new Date(modifiedMs).toUTCString(),
    'skein-writable': String(writable),
  }
}

/** A file has no slash in its name, and whoever asked for a path that ends in one gets a name all the same. */
export const baseName = (path: string): string => path.split('/').findLast(Boolean) ?? 'files'

const writtenSchema = z.union([fileFactsSchema, receivedSchema])

/** Takes a file, or a piece of one. Rejects with `file_changed`, `path_exists`, `upload_gap`, `disk_full`. */
export async function takeContent(
  door: Door,
  call: FilesCall<'PUT /spaces/:id/files/content'>,
  exchange: Exchange,
): Promise<ReplyOf<'PUT /spaces/:id/files/content'>> {
  const { path, ...wish } = call.query
  const ifVersion = versionIn(exchange.header('if-match'))
  const ifAbsent = exchange.header('if-none-match')?.trim() === '*'
  const open = { op: 'write', path, ...wish, ifVersion, ifAbsent } as const
  const stream = await openFiles(door, call, open, exchange.signal)
  const written = await endingWith(stream, exchange.signal, async () => {
    const result = resultOf(stream, writtenSchema)
    // Whichever fails first is told; the other is only its echo.
    result.catch(() => undefined)
    await sendBody(stream, exchange.body())
    return await result
  })
  audit(door, call, 'file.write', { path, op: 'write' })
  if ('receivedBytes' in written) return ok(written)
  return { ...ok(written), headers: { etag: etagOf(written.version) } }
}
