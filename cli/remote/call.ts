// One request to a server over Node's own HTTP, which verifies certificates, and again when the server could not be
// reached: a peer that is being restarted is back within a second or two.

import { randomUUID } from 'node:crypto'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { type ErrorCode, SkeinError } from '#protocol/errors.ts'
import type { Access } from './access.ts'
import { readText } from './read-text.ts'
import { parseBody, refusalOf } from './refusal.ts'
import { asUnreachable } from './unreachable.ts'
import { userAgent } from './user-agent.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Together about six seconds. */
const ATTEMPTS = 6
const FIRST_WAIT_MS = 200
/** A server that took the request and says nothing, ms. */
const ANSWER_TIMEOUT_MS = 30_000

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
  const headers = {
    ...headersOf(access),
    ...(method !== 'GET' && { 'idempotency-key': randomUUID() }),
    ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await sendRequest(access, { method, path, headers, payload })
      const json = parseBody(await readText(response))
      return readAnswer(access, response.statusCode ?? 0, json, answer)
    } catch (caught) {
      if (!patient || attempt >= ATTEMPTS || !isPassing(caught)) throw caught
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1))
    }
  }
}

/** What a peer answers while it ends or begins: agents are back a moment after it listens. */
const passing: ReadonlySet<string> = new Set<ErrorCode>([
  'server_unreachable',
  'unavailable',
  'agent_not_linked',
])

const isPassing = (caught: unknown): boolean =>
  caught instanceof SkeinError && passing.has(caught.code)

/** What every request carries. */
export const headersOf = ({ token }: Access): Record<string, string> => ({
  accept: 'application/json',
  'user-agent': userAgent,
  ...(token !== undefined && { authorization: `Bearer ${token}` }),
})

export interface Sent {
  readonly method: Method
  readonly path: string
  readonly headers: Record<string, string | number>
  readonly payload?: Buffer | undefined
  /** Writes and ends the body, instead of `payload`. */
  readonly fill?: (request: ClientRequest) => Promise<void>
}

/** Rejects with `server_unreachable` or `certificate_untrusted`; whatever the status of the answer is. */
export function sendRequest({ origin, ca }: Access, sent: Sent): Promise<IncomingMessage> {
  const url = new URL(`/api/v1${sent.path}`, origin)
  const { method, headers, payload, fill } = sent
  const options = { method, headers, timeout: ANSWER_TIMEOUT_MS, ...(ca !== undefined && { ca }) }
  return new Promise((resolve, reject) => {
    const call = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
    call.on('response', resolve)
    call.on('timeout', () => call.destroy(new Error('it took too long')))
    call.on('error', (error) => reject(asUnreachable(origin, error)))
    if (!fill) call.end(payload)
    // The server may refuse before it has read all: its answer counts, and else the error of the request.
    else fill(call).catch((error: Error) => setImmediate(() => reject(asFailure(origin, error))))
  })
}

/** The checked answer, or the refusal. */
export function readAnswer<S extends z.ZodType>(
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
  throw refusalOf(origin, status, json)
}

const notSkein = (server: string, reason: string): SkeinError =>
  new SkeinError('server_unreachable', { server, reason })

const asFailure = (origin: string, error: Error): SkeinError =>
  error instanceof SkeinError ? error : asUnreachable(origin, error)
