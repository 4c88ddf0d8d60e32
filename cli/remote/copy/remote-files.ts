// The files of a space over HTTP, as a copy needs them: facts, contents and archives, in and out as they come.

import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
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

const unpackedSchema = z.looseObject({
  entries: z.number().int().min(0),
  skippedCount: z.number().int().min(0).default(0),
  skipped: z.array(z.looseObject({ name: z.string(), reason: z.string() })).default([]),
})
export type Unpacked = z.output<typeof unpackedSchema>

type Query = Readonly<Record<string, string>>

export class RemoteFiles {
  readonly #remote: Remote
  readonly #base: string

  constructor(remote: Remote, spaceId: string) {
    this.#remote = remote
    this.#base = `/spaces/${spaceId}/files`
  }

  /** Undefined for what is not there. */
  async stat(path: string): Promise<Facts | undefined> {
    try {
      const address = this.#address('/stat', { path })
      return await this.#remote.call({ method: 'GET', path: address, answer: factsSchema })
    } catch (caught) {
      if (caught instanceof SkeinError && caught.code === 'path_missing') return undefined
      throw caught
    }
  }

  /** The bytes; what breaks off fails. */
  async read(what: 'content' | 'tar', path: string): Promise<Readable> {
    const [access = this.#remote.access] = this.#remote.ways.order
    const address = this.#address(`/${what}`, { path })
    const response = await sendRequest(access, {
      method: 'GET',
      path: address,
      headers: headersOf(access),
    })
    const { statusCode = 0 } = response
    if (statusCode === 200) return response
    throw refusalOf(access.origin, statusCode, parseBody(await readText(response)))
  }

  write(path: string, mode: number, content: Readable): Promise<unknown> {
    const query = { path, mode: (mode & 0o777).toString(8).padStart(3, '0') }
    return this.#put('/content', query, content, z.unknown())
  }

  unpack(path: string, archive: Readable): Promise<Unpacked> {
    return this.#put('/tar', { path }, archive, unpackedSchema)
  }

  async #put<S extends z.ZodType>(
    what: string,
    query: Query,
    content: Readable,
    answer: S,
  ): Promise<z.output<S>> {
    const [access = this.#remote.access] = this.#remote.ways.order
    const headers = {
      ...headersOf(access),
      'content-type': 'application/octet-stream',
    }
    const path = this.#address(what, query)
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

  #address(what: string, query: Query): string {
    return `${this.#base}${what}?${new URLSearchParams(query)}`
  }
}
