// The files of a space: lists, contents, archives, and what is done to them. The agent does it all as the space's user,
// so the kernel says what may be reached; here is who may ask, and how it is said in HTTP.

import { z } from 'zod'
import { MAX_REMOVED } from '#protocol/api/file-limits.ts'
import { fileFactsSchema, removedSchema, unpackedSchema } from '#protocol/api/files.ts'
import type { Exchange } from './exchange.ts'
import { baseName, CONTENT_HEADERS, sendContent, takeContent } from './files-content.ts'
import { listFolder } from './files-list.ts'
import { attachment } from './files-range.ts'
import {
  askFiles,
  audit,
  endingWith,
  type FilesCall,
  openFiles,
  piecesOf,
  resultOf,
  sendBody,
} from './files-stream.ts'
import type { Door } from './ports.ts'
import { nothing, ok, type Reply, type ReplyOf } from './reply.ts'
import { route, streamRoute } from './route.ts'

const common = { action: 'space.enter', target: 'space' } as const
/** Making a folder and renaming take a moment; who asked waits for them even when they go. */
const unhurried = (): AbortSignal => new AbortController().signal

export const fileRoutes = [
  streamRoute('GET /spaces/:id/files', {
    ...common,
    handle: async (door, call, { signal }) =>
      ok(await listFolder(door, call, call.query.path, signal)),
  }),
  streamRoute('GET /spaces/:id/files/stat', {
    ...common,
    async handle(door, call, { signal }) {
      const open = { op: 'stat', path: call.query.path, follow: true } as const
      return ok(await askFiles(door, call, open, { schema: fileFactsSchema, signal }))
    },
  }),
  streamRoute('GET /spaces/:id/files/content', {
    ...common,
    handle: (door, call, exchange) => sendContent(door, call, exchange),
  }),
  streamRoute('PUT /spaces/:id/files/content', {
    ...common,
    handle: (door, call, exchange) => takeContent(door, call, exchange),
  }),
  streamRoute('GET /spaces/:id/files/tar', {
    ...common,
    handle: (door, call, exchange) => sendArchive(door, call, exchange),
  }),
  streamRoute('PUT /spaces/:id/files/tar', {
    ...common,
    handle: (door, call, exchange) => takeArchive(door, call, exchange),
  }),
  route('POST /spaces/:id/files/folder', {
    ...common,
    async handle(door, call) {
      const { path } = call.body
      const open = { op: 'mkdir', path, ifAbsent: true } as const
      await askFiles(door, call, open, { schema: z.unknown(), signal: unhurried() })
      audit(door, call, 'file.write', { path, op: 'mkdir' })
      return nothing
    },
  }),
  route('POST /spaces/:id/files/rename', {
    ...common,
    async handle(door, call) {
      const { path, to, replace } = call.body
      const open = { op: 'rename', path, to, ifAbsent: !replace } as const
      await askFiles(door, call, open, { schema: z.unknown(), signal: unhurried() })
      audit(door, call, 'file.write', { path, op: 'rename', to })
      return nothing
    },
  }),
  streamRoute('DELETE /spaces/:id/files', {
    ...common,
    handle: (door, call, exchange) => remove(door, call, exchange),
  }),
]

async function sendArchive(
  door: Door,
  call: FilesCall<'GET /spaces/:id/files/tar'>,
  exchange: Exchange,
): Promise<Reply> {
  const { path, name: names } = call.query
  const headers = {
    ...CONTENT_HEADERS,
    'content-type': 'application/x-tar',
    'content-disposition': attachment(`${archiveName(path)}.tar`),
  }
  if (exchange.method === 'HEAD') return { status: 200, headers }
  const open = { op: 'tar', path, ...(names.length > 0 && { names }) } as const
  const stream = await openFiles(door, call, open, exchange.signal)
  audit(door, call, 'file.read', { path, op: 'tar' })
  const pieces = piecesOf(door, stream, call.requestId)
  return { status: 200, headers, stream: exchange.answer(pieces) }
}

const archiveName = (path: string): string => {
  const name = baseName(path)
  return name === '.' || name === '~' ? 'home' : name
}

async function takeArchive(
  door: Door,
  call: FilesCall<'PUT /spaces/:id/files/tar'>,
  exchange: Exchange,
): Promise<ReplyOf<'PUT /spaces/:id/files/tar'>> {
  const { path } = call.query
  const stream = await openFiles(door, call, { op: 'untar', path }, exchange.signal)
  const unpacked = await endingWith(stream, exchange.signal, async () => {
    const result = resultOf(stream, unpackedSchema)
    result.catch(() => undefined)
    await sendBody(stream, exchange.body())
    return await result
  })
  audit(door, call, 'file.write', { path, op: 'untar' })
  return ok(unpacked)
}

async function remove(
  door: Door,
  call: FilesCall<'DELETE /spaces/:id/files'>,
  exchange: Exchange,
): Promise<ReplyOf<'DELETE /spaces/:id/files'>> {
  const { path } = call.query
  const open = { op: 'remove', path, limit: MAX_REMOVED } as const
  const stream = await openFiles(door, call, open, exchange.signal)
  const removed = await endingWith(stream, exchange.signal, () => {
    stream.fin({ ok: true })
    return resultOf(stream, removedSchema)
  })
  audit(door, call, 'file.write', { path, op: 'remove' })
  return ok(removed)
}

const UPLOAD = /^\/api\/v1\/spaces\/[^/?]+\/files\/(content|tar)(\?|$)/

/** Whether a request may take as long as its bytes keep coming. */
export const isUpload = (request: { readonly method?: string; readonly url?: string }): boolean =>
  request.method === 'PUT' && UPLOAD.test(request.url ?? '')
