// A browser as far as the HTTP door can tell: one origin, one cookie.

import type { ErrorBody } from '#protocol/errors.ts'
import type { Http } from '../../../server/http/http.ts'
import { assertDescribed } from './described.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // What the API gave; tests say what they expect of it.
  readonly body: Record<string, unknown> & { readonly error?: ErrorBody }
}

export interface Extra {
  readonly headers?: Record<string, string>
  /** Sent as it is, instead of JSON. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
}

export class Client {
  readonly #http: Http
  readonly origin: string
  cookie = ''

  constructor(http: Http, origin: string) {
    this.#http = http
    this.origin = origin
  }

  get = (path: string, extra?: Extra) => this.send('GET', path, undefined, extra)
  post = (path: string, body?: unknown, extra?: Extra) => this.send('POST', path, body, extra)
  put = (path: string, body?: unknown, extra?: Extra) => this.send('PUT', path, body, extra)
  patch = (path: string, body?: unknown, extra?: Extra) => this.send('PATCH', path, body, extra)
  delete = (path: string, extra?: Extra) => this.send('DELETE', path, undefined, extra)

  /** Empty header values are left out, so a test can send a request without its origin. */
  async send(method: string, path: string, body?: unknown, extra: Extra = {}): Promise<Answer> {
    const given: Record<string, string> = {
      origin: this.origin,
      cookie: this.cookie,
      ...extra.headers,
    }
    const payload = extra.raw ?? (body === undefined ? undefined : JSON.stringify(body))
    if (payload !== undefined) given['content-type'] ??= 'application/json'
    const headers = Object.entries(given).filter(([, value]) => value !== '')
    const url = path.startsWith('/api') || path.startsWith('//') ? path : `/api/v1${path}`
    const request = new Request(this.origin + url, {
      method,
      headers,
      ...(payload === undefined ? {} : { body: payload }),
    })
    const response = await this.#http.fetch(request)
    const [cookie] = response.headers.getSetCookie()
    if (cookie) this.cookie = cookie.split(';')[0] ?? ''
    const text = await response.text()
    const isJson = /^application\/([a-z]+\+)?json/.test(response.headers.get('content-type') ?? '')
    const { status } = response

    const json = isJson && text !== '' ? JSON.parse(text) : undefined
    if (!path.startsWith('/api')) assertDescribed({ method, path }, { status, body: json })
    return { status, headers: response.headers, body: json ?? { text } }
  }
}
