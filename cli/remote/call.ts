// How a request of the API travels from a laptop (ask.ts says what is in it): over Node's own HTTP, which verifies
// certificates, and again when the server could not be reached: a peer that is being restarted is back within a second or two.

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { API, type Asked } from '#protocol/api/client.ts'
import type { Method } from '#protocol/api/operation.ts'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import type { Access } from './access.ts'
import { readText } from './read-text.ts'
import { parseBody, refusalOf } from './refusal.ts'
import { asUnreachable } from './unreachable.ts'
import { userAgent } from './user-agent.ts'
import type { Ways } from './ways.ts'

/** Together about six seconds. */
const ATTEMPTS = 6
const FIRST_WAIT_MS = 200
/** A server that took the request and says nothing, ms. */
const ANSWER_TIMEOUT_MS = 30_000
/** Where there are others to ask, an address at which nothing answers is not waited for any longer, ms. */
const CONNECT_MS = 2_000

export interface Call<S extends z.ZodType> extends Asked {
  readonly answer: S
  /** False: a failure is told at once. */
  readonly patient?: boolean
}

/** The checked answer of whichever peer answers; what the first that was asked said is told when none does. */
export async function sendAnywhere<S extends z.ZodType>(
  ways: Ways,
  { method, path, body, answer, patient = true }: Call<S>,
): Promise<z.output<S>> {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  // The same key each time and everywhere: what was done already is not done again.
  const headers = {
    ...(method !== 'GET' && { 'idempotency-key': newId() }),
    ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
  }
  const ask = async (access: Access): Promise<z.output<S>> => {
    const all = { ...headersOf(access), ...headers }
    const isOnly = ways.order.length === 1
    const sent = { method, path, headers: all, payload }
    const response = await sendRequest(access, isOnly ? sent : { ...sent, connectMs: CONNECT_MS })
    const json = parseBody(await readText(response))
    return readAnswer(access, response.statusCode ?? 0, json, answer)
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await askInTurn(ways, ask)
    } catch (caught) {
      if (!patient || attempt >= ATTEMPTS || ways.isFinal(ways.home, caught)) throw caught
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1))
    }
  }
}

/** Rejects with what is final, else with what the server of the login, or the first that was asked, said. */
async function askInTurn<T>(ways: Ways, ask: (access: Access) => Promise<T>): Promise<T> {
  const failures = new Map<Access, unknown>()
  for (const access of ways.order) {
    try {
      const answer = await ask(access)
      ways.worked(access)
      return answer
    } catch (caught) {
      if (ways.isFinal(access, caught)) throw caught
      failures.set(access, caught)
    }
  }
  throw failures.get(ways.home)
}

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
  /** For the connection, ms. */
  readonly connectMs?: number
}

/** Rejects with `server_unreachable` or `certificate_untrusted`; whatever the status of the answer is. */
export function sendRequest({ origin, ca }: Access, sent: Sent): Promise<IncomingMessage> {
  const url = new URL(API + sent.path, origin)
  const { method, headers, payload, fill, connectMs } = sent
  const options = { method, headers, timeout: ANSWER_TIMEOUT_MS, ...(ca !== undefined && { ca }) }
  return new Promise((resolve, reject) => {
    const call = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
    if (connectMs !== undefined) limitConnecting(call, connectMs)
    call.on('response', resolve)
    call.on('timeout', () => call.destroy(new Error('it took too long')))
    call.on('error', (error) => reject(asUnreachable(origin, error)))
    if (!fill) call.end(payload)
    // The server may refuse before it has read all: its answer counts, and else the error of the request.
    else fill(call).catch((error: Error) => setImmediate(() => reject(asFailure(origin, error))))
  })
}

function limitConnecting(call: ClientRequest, ms: number): void {
  const timer = setTimeout(() => call.destroy(new Error('it took too long')), ms)
  const done = (): void => clearTimeout(timer)
  call.once('close', done)
  call.once('socket', (socket) => {
    if (!socket.connecting) done()
    else socket.once('secureConnect', done).once('connect', done)
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
