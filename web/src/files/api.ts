// Files over the HTTP API: addresses, what is fetched, and what may be asked.

import { useQuery } from '@tanstack/react-query'
import { type Place, urlOf } from '#protocol/api/client.ts'
import type { FileFacts, Removed } from '#protocol/api/files.ts'
import type { ErrorBody } from '#protocol/errors.ts'
import { keys } from '../api/keys.ts'
import { queryClient } from '../api/query-client.ts'
import { call } from '../net/call.ts'
import { RequestError } from '../net/request.ts'
import { words } from '../words.ts'
import { joinPath } from './paths.ts'

export const contentUrl = (spaceId: string, path: string): string =>
  urlOf('GET /spaces/:id/files/content', { params: { id: spaceId }, query: { path } })

type Piece = Place<'PUT /spaces/:id/files/content'>['query']

export const pieceUrl = (spaceId: string, query: Piece): string =>
  urlOf('PUT /spaces/:id/files/content', { params: { id: spaceId }, query })

/** What proxies and browsers take without complaint, characters. */
const MAX_URL = 16_000

/** Undefined where naming them all makes an address that is too long. */
export function archiveUrl(
  spaceId: string,
  folder: string,
  names: readonly string[] = [],
): string | undefined {
  const query = { path: folder, name: names }
  const url = urlOf('GET /spaces/:id/files/tar', { params: { id: spaceId }, query })
  return url.length <= MAX_URL ? url : undefined
}

/** The folder as it is; looked at again when the page is, since programs change it unseen. */
export function useFolder(spaceId: string, path: string | undefined, enabled: boolean) {
  return useQuery({
    queryKey: keys.folder(spaceId, path ?? '~'),
    queryFn: ({ signal }) =>
      call('GET /spaces/:id/files', { params: { id: spaceId }, query: { path }, signal }),
    enabled,
    staleTime: 0,
    refetchOnWindowFocus: true,
  })
}

export const refreshFiles = (spaceId: string): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: keys.files(spaceId) })

export const statFile = (spaceId: string, path: string): Promise<FileFacts> =>
  call('GET /spaces/:id/files/stat', { params: { id: spaceId }, query: { path } })

export const makeFolder = (spaceId: string, path: string): Promise<unknown> =>
  call('POST /spaces/:id/files/folder', { params: { id: spaceId }, body: { path } })

export const renameFile = (spaceId: string, path: string, to: string): Promise<unknown> =>
  call('POST /spaces/:id/files/rename', { params: { id: spaceId }, body: { path, to } })

export const removeFile = (spaceId: string, path: string): Promise<Removed> =>
  call('DELETE /spaces/:id/files', { params: { id: spaceId }, query: { path } })

/** One after the other, so that a failure names what it was and leaves the rest alone. */
export async function removeFiles(
  spaceId: string,
  folder: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) await removeFile(spaceId, joinPath(folder, name))
}

export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The version that a save replaces. */
  readonly etag: string
  readonly writable: boolean
}

export async function fetchContent(
  spaceId: string,
  path: string,
  signal?: AbortSignal,
): Promise<Content> {
  const response = await fetched(contentUrl(spaceId, path), signal ? { signal } : {})
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    etag: response.headers.get('etag') ?? '',
    writable: response.headers.get('skein-writable') !== 'false',
  }
}

/** The new version. Throws `file_changed` when `etag` is not what is there; none saves whatever is there. */
export async function saveContent(
  spaceId: string,
  path: string,
  { text, etag }: { readonly text: string; readonly etag: string | undefined },
): Promise<string> {
  const headers: HeadersInit = etag === undefined ? [] : [['if-match', etag]]
  const response = await fetched(contentUrl(spaceId, path), { method: 'PUT', headers, body: text })
  await response.arrayBuffer()
  return response.headers.get('etag') ?? ''
}

async function fetched(url: string, init: RequestInit): Promise<Response> {
  const cut = { code: 'cut_off', ...words.errors.cutOff, details: {} } as const
  const response = await fetch(url, { credentials: 'same-origin', ...init }).catch((error) => {
    throw init.signal?.aborted ? error : new RequestError(cut, 0)
  })
  if (response.ok) return response
  throw refusal(response.status, await response.text())
}

/** An answer that says no, as an error. */
export function refusal(status: number, text: string): RequestError {
  const error = errorIn(text)
  if (error) return new RequestError(error, status)
  const none = { code: 'internal', ...words.errors.noReason(status), details: {} } as const
  return new RequestError(none, status)
}

function errorIn(text: string): ErrorBody | undefined {
  try {
    return (JSON.parse(text) as { error?: ErrorBody }).error
  } catch {
    return undefined
  }
}

/** Lets the browser fetch it with its own progress and resume. */
export function download(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.click()
}
