// The files of a space: lists, contents, archives, and what is done to them. The agent does it all as the space's user,
// so the kernel says what may be reached; here is who may ask, and how it is said in HTTP.

import { z } from 'zod'
import { MAX_NAMED, MAX_REMOVED } from '#protocol/api/file-limits.ts'
import {
  fileFactsSchema,
  filePathSchema,
  makeFolderSchema,
  removedSchema,
  renameFileSchema,
  unpackedSchema,
} from '#protocol/api/files.ts'
import { checked } from './body.ts'
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
import { nothing, ok, type Reply } from './reply.ts'
import { route, streamRoute } from './route.ts'

const common = { action: 'space.enter', target: 'space' } as const
const namesSchema = z.array(z.string().min(1).max(1024)).max(MAX_NAMED)
/** Making a folder and renaming take a moment; who asked waits for them even when they go. */
const unhurried = (): AbortSignal => new AbortController().signal

export const fileRoutes = [
  streamRoute({
    ...common,
    method: 'GET',
    path: '/spaces/:id/files',
    handle: async (door, call, { signal }) =>
      ok(await listFolder(door, call, pathOf(call, '.'), signal)),
  }),
  streamRoute({
    ...common,
    method: 'GET',
    path: '/spaces/:id/files/stat',
    async handle(door, call, { signal }) {
      const open = { op: 'stat', path: pathOf(call), follow: true } as const
      return ok(await askFiles(door, call, open, { schema: fileFactsSchema, signal }))
    },
  }),
  streamRoute({
    ...common,
    method: 'GET',
    path: '/spaces/:id/files/content',
    handle: (door, call, exchange) => sendContent(door, call, pathOf(call), exchange),
  }),
  streamRoute({
    ...common,
    method: 'PUT',
    path: '/spaces/:id/files/content',
    handle: (door, call, exchange) => takeContent(door, call, pathOf(call), exchange),
  }),
  streamRoute({
    ...common,
    method: 'GET',
    path: '/spaces/:id/files/tar',
    handle: (door, call, exchange) => sendArchive(door, call, exchange),
  }),
  streamRoute({
    ...common,
    method: 'PUT',
    path: '/spaces/:id/files/tar',
    handle: (door, call, exchange) => takeArchive(door, call, exchange),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/spaces/:id/files/folder',
    body: makeFolderSchema,
    async handle(door, call) {
      const { path } = call.body
      const open = { op: 'mkdir', path, ifAbsent: true } as const
      await askFiles(door, call, open, { schema: z.unknown(), signal: unhurried() })
      audit(door, call, 'file.write', { path, op: 'mkdir' })
      return nothing
    },
  }),
  route({
    ...common,
    method: 'POST',
    path: '/spaces/:id/files/rename',
    body: renameFileSchema,
    async handle(door, call) {
      const { path, to, replace } = call.body
      const open = { op: 'rename', path, to, ifAbsent: !replace } as const
      await askFiles(door, call, open, { schema: z.unknown(), signal: unhurried() })
      audit(door, call, 'file.write', { path, op: 'rename', to })
      return nothing
    },
  }),
  streamRoute({
    ...common,
    method: 'DELETE',
    path: '/spaces/:id/files',
    handle: (door, call, exchange) => remove(door, call, exchange),
  }),
]

/** Paths are in the query, since a path in a path is taken apart by every proxy on the way. */
function pathOf(call: FilesCall, otherwise?: string): string {
  return checked(z.object({ path: filePathSchema }), { path: call.query.get('path') ?? otherwise })
    .path
}

async function sendArchive(door: Door, call: FilesCall, exchange: Exchange): Promise<Reply> {
  const path = pathOf(call, '.')
  const names = checked(namesSchema, call.query.getAll('name'))
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

async function takeArchive(door: Door, call: FilesCall, exchange: Exchange): Promise<Reply> {
  const path = pathOf(call)
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

async function remove(door: Door, call: FilesCall, exchange: Exchange): Promise<Reply> {
  const path = pathOf(call)
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
