// What a handler answers, apart from HTTP, so that it can be kept for a repeated request; and its way into HTTP.

import type { z } from 'zod'
import type { BytesName, HttpName, Operations } from '#protocol/api/operations.ts'
import type { Shown } from '#protocol/api/shown.ts'
import { type SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { Log } from './ports.ts'

export interface Reply {
  readonly status: number
  /** Sent as JSON; nothing when absent. */
  readonly body?: unknown
  /** Sent as it comes, in place of JSON. */
  readonly stream?: ReadableStream<Uint8Array>
  /** A `Set-Cookie` line. */
  readonly cookie?: string
  /** The body holds what is told once: it is not kept for a repeated request. */
  readonly isSecret?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

interface Answered<S, B> extends Reply {
  readonly status: S & number
  readonly body: B
}
interface Bare<S> extends Reply {
  readonly status: S & number
  readonly body?: undefined
}

type Answers<K extends HttpName> = Operations[K]['answers']

/** What the handler of an operation may answer. Bytes have more to say, in their headers. */
export type ReplyOf<K extends HttpName> = K extends BytesName
  ? Reply
  : {
      [S in keyof Answers<K>]: Answers<K>[S] extends z.ZodType
        ? Answered<S, Shown<Answers<K>[S]>>
        : Bare<S>
    }[keyof Answers<K>]

export const ok = <B>(body: B): Answered<200, B> => ({ status: 200, body })
export const created = <B>(body: B): Answered<201, B> => ({ status: 201, body })
export const accepted = <B>(body: B): Answered<202, B> => ({ status: 202, body })
export const nothing: Bare<204> = { status: 204 }

/** An error as an answer. Bugs are logged here, once, with all they say; the reader gets the request's id. */
export function errorReply(caught: unknown, requestId: string, log: Log): Reply {
  const error = toSkeinError(caught, requestId)
  if (error.status >= 500 && error.code !== 'unavailable')
    log.error({ err: error.cause ?? error, code: error.code, requestId }, error.message)
  const headers = { 'content-type': 'application/problem+json', ...headersOf(error) }
  return { status: error.status, body: problemOf(error, requestId), headers }
}

/** A problem document (RFC 9457). `error` has the same in the form that programs of before read. */
export function problemOf(error: SkeinError, requestId: string): Record<string, unknown> {
  const { code, message, hint } = error.body
  return {
    type: `urn:skein:error:${code}`,
    ...{ title: message, status: error.status, detail: hint },
    ...{ instance: `urn:skein:request:${requestId}`, code, error: error.body },
  }
}

function headersOf({ code, details }: SkeinError): Record<string, string> | undefined {
  if (code === 'rate_limited') return { 'retry-after': String(details.seconds) }
  return code === 'range_invalid' ? { 'content-range': `bytes */${details.size}` } : undefined
}

export function toResponse({ status, body, stream, cookie, headers }: Reply): Response {
  const all = new Headers({ 'cache-control': 'no-store', ...headers })
  if (cookie !== undefined) all.append('set-cookie', cookie)
  if (stream) return new Response(stream, { status, headers: all })
  if (body === undefined) return new Response(null, { status, headers: all })
  if (!all.has('content-type')) all.set('content-type', 'application/json; charset=utf-8')
  return new Response(JSON.stringify(body), { status, headers: all })
}
