// One request to a server over Node's own HTTP, which verifies certificates, and again when the server could not be
// reached: a peer that is being restarted is back within a second or two.

import { randomUUID } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { type ErrorBody, SkeinError } from '#protocol/errors.ts'
import type { Access } from './access.ts'
import { asUnreachable } from './unreachable.ts'
import { userAgent } from './user-agent.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Together about six seconds. */
const ATTEMPTS = 6
const FIRST_WAIT_MS = 200
/** A server that took the request and says nothing, ms. */
const ANSWER_TIMEOUT_MS = 30_000
/** Beyond any answer of ours; a listing of files comes in pages. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

export interface Call<S extends z.ZodType> {
  readonly method: Method
  /** Below `/api/v1`. */
  readonly path: string
  readonly body?: unknown
  readonly answer: S
  /** False: a failure is told at once. */
  readonly patient?: boolean
}

/** The checked answer. Rejects with the server's code, `server_unreachable`, `certificate_untrusted`, `login_needed`. */
export async function callServer<S extends z.ZodType>(
  access: Access,
  { method, path, body, answer, patient = true }: Call<S>,
): Promise<z.output<S>> {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  // The same key each time: what was done already is not done again.
  const headers = headersOf(access, method, payload)
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await sendRequest(access, { method, path, headers, payload })
      const json = parse(await readText(response))
      return read(access, response.statusCode ?? 0, json, answer)
    } catch (caught) {
      if (!patient || attempt >= ATTEMPTS || !isPassing(caught)) throw caught
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1))
    }
  }
}

const isPassing = (caught: unknown): boolean =>
  caught instanceof SkeinError &&
  (caught.code === 'server_unreachable' || caught.code === 'unavailable')

function headersOf({ token }: Access, method: Method, payload: Buffer | undefined) {
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(method !== 'GET' && { 'idempotency-key': randomUUID() }),
    ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
  }
}

interface Sent {
  readonly method: Method
  readonly path: string
  readonly headers: Record<string, string | number>
  readonly payload?: Buffer | undefined
}

function sendRequest({ origin, ca }: Access, sent: Sent): Promise<IncomingMessage> {
  const url = new URL(`/api/v1${sent.path}`, origin)
  const { method, headers, payload } = sent
  const options = { method, headers, timeout: ANSWER_TIMEOUT_MS, ...(ca !== undefined && { ca }) }
  return new Promise((resolve, reject) => {
    const call = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
    call.on('response', resolve)
    call.on('timeout', () => call.destroy(new Error('it took too long')))
    call.on('error', (error) => reject(asUnreachable(origin, error)))
    call.end(payload)
  })
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MAX_ANSWER_BYTES) throw new Error('its answer has no end')
      chunks.push(chunk)
    }
  } catch (error) {
    throw new SkeinError(
      'server_unreachable',
      { server: 'The server', reason: 'the answer broke off' },
      error,
    )
  }
  return Buffer.concat(chunks).toString('utf8')
}

function read<S extends z.ZodType>(
  { origin }: Access,
  status: number,
  json: unknown,
  answer: S,
): z.output<S> {
  if (status >= 200 && status < 300) {
    const parsed = answer.safeParse(json)
    if (parsed.success) return parsed.data
    throw notSkein(origin, 'its answer is not one of Skein’s')
  }
  const error = (json as { error?: ErrorBody } | undefined)?.error
  if (error?.code === 'not_signed_in') throw new SkeinError('login_needed', { server: origin })
  if (typeof error?.code === 'string') throw SkeinError.fromBody(error)
  throw notSkein(origin, `it answers ${status}`)
}

const notSkein = (server: string, reason: string): SkeinError =>
  new SkeinError('server_unreachable', { server, reason })

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
