// Answers of our own on an app's host: a page for a person who came by a link, a coded body for everything else.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SkeinError } from '#protocol/errors.ts'
import { answerBare } from '../http/bare.ts'
import { drawPage, MARK_HEADER, type Page, pageHeaders } from './pages.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

export const plainPage = (error: SkeinError): Page => ({
  title: error.message,
  lines: [error.body.hint],
  code: error.code,
})

export function asPage(page: Page, status: number, nonce: string): Answer {
  const mark = { [MARK_HEADER]: page.code ?? 'none' }
  return { status, headers: { ...pageHeaders(page, nonce), ...mark }, body: drawPage(page, nonce) }
}

export function asJson(error: SkeinError): Answer {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    [MARK_HEADER]: error.code,
    ...(error.code === 'rate_limited' && { 'retry-after': String(error.details.seconds ?? 1) }),
  }
  return { status: error.status, headers, body: JSON.stringify({ error: error.body }) }
}

export function redirect(location: string, cookies: readonly string[]): Answer {
  const headers = {
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    [MARK_HEADER]: 'none',
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
  }
  return { status: 302, headers, body: '' }
}

export function answer(request: IncomingMessage, response: ServerResponse, given: Answer): void {
  if (response.headersSent || response.destroyed) return
  const { status, headers, body } = given
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  // What the visitor still sends would be read as the next request.
  const close = request.complete ? {} : { connection: 'close' }
  response.writeHead(status, { ...headers, ...length, ...close } as Record<string, string>)
  response.end(request.method === 'HEAD' ? undefined : body)
  request.resume()
}

/** The same on the bare socket of an upgrade. */
export function answerSocket(socket: Duplex, { status, headers, body }: Answer): void {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one] as const),
  )
  answerBare(socket, { status, headers: fields, body })
}
