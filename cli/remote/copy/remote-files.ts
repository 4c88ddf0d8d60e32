// The files of a space over HTTP, as a copy needs them: facts, contents and archives, in and out as they come.

import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { addressOf } from '#protocol/api/client.ts'
import { SkeinError } from '#protocol/errors.ts'
import { reading } from '../ask.ts'
import { headersOf, readAnswer, sendRequest } from '../call.ts'
import { readText } from '../read-text.ts'
import { parseBody, refusalOf } from '../refusal.ts'
import type { Remote } from '../remote.ts'

const factsSchema = z.looseObject({
  kind: z.enum(['file', 'folder', 'link', 'other']),
  sizeBytes: z.number().min(0),
  mode: z.number().int().min(0).max(0o7777),
})
export type Facts = z.output<typeof factsSchema>

const unpackedSchema = reading(
  'PUT /spaces/:id/files/tar',
  z.looseObject({
    entries: z.number().int().min(0),
    skippedCount: z.number().int().min(0).default(0),
    skipped: z.array(z.looseObject({ name: z.string(), reason: z.string() })).default([]),
  }),
)
export type Unpacked = z.output<typeof unpackedSchema>

export class RemoteFiles {
  readonly #remote: Remote
  readonly #params: { readonly id: string }

  constructor(remote: Remote, spaceId: string) {
    this.#remote = remote
    this.#params = { id: spaceId }
  }

  /** Undefined for what is not there. */
  async stat(path: string): Promise<Facts | undefined> {
    const wanted = { params: this.#params, query: { path }, answer: factsSchema }
    try {
      return await this.#remote.call('GET /spaces/:id/files/stat', wanted)
    } catch (caught) {
      if (caught instanceof SkeinError && caught.code === 'path_missing') return undefined
      throw caught
    }
  }

  /** The bytes; what breaks off fails. */
  async read(what: 'content' | 'tar', path: string): Promise<Readable> {
    const [access = this.#remote.access] = this.#remote.ways.order
    const place = { params: this.#params, query: { path } }
    const response = await sendRequest(access, {
      method: 'GET',
      path: addressOf(`GET /spaces/:id/files/${what}`, place),
      headers: headersOf(access),
    })
    const { statusCode = 0 } = response
    if (statusCode === 200) return response
    throw refusalOf(access.origin, statusCode, parseBody(await readText(response)))
  }

  write(path: string, mode: number, content: Readable): Promise<unknown> {
    const query = { path, mode: (mode & 0o777).toString(8).padStart(3, '0') }
    const at = addressOf('PUT /spaces/:id/files/content', { params: this.#params, query })
    return this.#put(at, content, z.unknown())
  }

  unpack(path: string, archive: Readable): Promise<Unpacked> {
    const at = addressOf('PUT /spaces/:id/files/tar', { params: this.#params, query: { path } })
    return this.#put(at, archive, unpackedSchema)
  }

  async #put<S extends z.ZodType>(
    path: string,
    content: Readable,
    answer: S,
  ): Promise<z.output<S>> {
    const [access = this.#remote.access] = this.#remote.ways.order
    const headers = {
      ...headersOf(access),
      'content-type': 'application/octet-stream',
    }
    const response = await sendRequest(access, {
      method: 'PUT',
      path,
      headers,
      fill: async (request) => {
        await pipeline(content, request)
      },
    })
    const json = parseBody(await readText(response))
    return readAnswer(access, response.statusCode ?? 0, json, answer)
  }
}
