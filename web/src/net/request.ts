// How a request of the API travels (call.ts says what is in it). An unsafe request carries an Idempotency-Key and is sent again with the same key when
// the peer could not be reached, so that a peer which is killed half-way through costs neither a click nor a double.

import { API, type Asked } from '#protocol/api/client.ts'
import type { ErrorBody, ErrorCode } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import { words } from '../words.ts'
import { backoffMs } from './backoff.ts'
import { Store } from './store.ts'

/** Together below three seconds: longer than a peer takes to come back, shorter than a reader's patience. */
const ATTEMPTS = 5
/** Where it is known already that nobody answers. */
const ATTEMPTS_AWAY = 2

/** An answer that says no, or no answer at all (`cut_off`). */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: ErrorCode | 'cut_off'
  readonly hint: string
  readonly status: number
  readonly details: ErrorBody['details']

  constructor(body: Omit<ErrorBody, 'code'> & { code: ErrorCode | 'cut_off' }, status: number) {
    super(body.message)
    this.code = body.code
    this.hint = body.hint
    this.details = body.details
    this.status = status
  }
}

/** The peer over which this page goes on while its own is gone; requests it cannot take. */
export const awayAt = new Store<string | undefined>(undefined)

function cutOff(): RequestError {
  const at = awayAt.get()
  const told = at === undefined ? words.errors.cutOff : words.errors.away(at)
  return new RequestError({ code: 'cut_off', ...told, details: {} }, 0)
}

/** The body of the answer. Throws `RequestError` only, and what `signal` was aborted with. */
export async function request(
  { method, path, body }: Asked,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (method !== 'GET') headers['idempotency-key'] = newId()
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (body !== undefined) init.body = JSON.stringify(body)
  if (signal) init.signal = signal
  return await send(API + path, init)
}

async function send(url: string, init: RequestInit): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read(await fetch(url, init))
    } catch (caught) {
      // An answer stays one. Everything else is the network, which may also fail between the head and the body.
      if (caught instanceof RequestError || init.signal?.aborted) throw caught
      if (attempt >= (awayAt.get() === undefined ? ATTEMPTS : ATTEMPTS_AWAY)) throw cutOff()
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt + 2, Math.random())))
    }
  }
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text()
  const json = parse(text)
  if (response.ok) return json
  const error = (json as { error?: ErrorBody } | undefined)?.error
  if (error?.code) throw new RequestError(error, response.status)
  if (response.status >= 502 && response.status <= 504) throw cutOff()
  throw new RequestError(
    { code: 'internal', ...words.errors.noReason(response.status), details: {} },
    response.status,
  )
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whatever was thrown, as something that can be shown. */
export function shown(caught: unknown): { message: string; hint: string; code: string } {
  if (caught instanceof RequestError) return caught
  if (isErrorBody(caught)) return caught
  const message = caught instanceof Error ? caught.message : String(caught)
  return { message, hint: words.errors.bug, code: 'page_error' }
}

const isErrorBody = (value: unknown): value is ErrorBody =>
  typeof value === 'object' && value !== null && 'code' in value && 'hint' in value
