// Which headers pass between a visitor and an app, and which are ours to write. Pure.

import { confined, withoutOurs } from './cookies.ts'

/** Of one connection and not of the message (RFC 9110, 7.6.1), and what only a proxy may say. */
const NOT_TO_APP = new Set([
  'connection',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-real-ip',
])
const NOT_TO_VISITOR = new Set([
  // Another address for this host is not the app's to name.
  'alt-svc',
  // It would clear the cookies of the whole domain, those of Skein's own page among them.
  'clear-site-data',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  // By this one a page of ours knows that it was not the app that answered (pages.ts).
  'skein-error',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A token of ours (tokens.ts): no app is meant by it, and an app that read it could act in its owner's name. */
const OUR_BEARER = /^bearer\s+skein_/i

/** What the app is told of the visitor, in place of whatever the visitor said. */
export interface Forwarded {
  readonly for: string
  readonly proto: 'http' | 'https'
  /** The Host header as it came. */
  readonly host: string
}

export interface RequestLine {
  readonly method: string
  /** Path and query, beginning with a slash. */
  readonly target: string
  /** Names and values in turn, as Node's parser gave them. */
  readonly rawHeaders: readonly string[]
}

const firstLine = ({ method, target }: RequestLine): string => `${method} ${target} HTTP/1.1\r\n`

/** All of a request's head for the app but its first line; ends with the empty line. `more` are whole lines, each with its end. */
function fieldsForApp(rawHeaders: readonly string[], forwarded: Forwarded, more: string): string {
  const named = namedByConnection(rawHeaders)
  let head = `Host: ${forwarded.host}\r\n`
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    const lower = name.toLowerCase()
    if (NOT_TO_APP.has(lower) || named?.has(lower) || isForwarding(lower)) continue
    const value = forApp(lower, rawHeaders[i + 1] ?? '')
    if (value !== undefined) head += `${name}: ${value}\r\n`
  }
  // gRPC servers refuse a client that cannot take trailers; whoever says so to us can.
  if (acceptsTrailers(rawHeaders)) head += 'TE: trailers\r\n'
  return (
    `${head}X-Forwarded-For: ${forwarded.for}\r\nX-Forwarded-Proto: ${forwarded.proto}\r\n` +
    `X-Forwarded-Host: ${forwarded.host}\r\n${more}\r\n`
  )
}

/** Fields up to this length are kept to be compared with the next request's, characters: for each connection. */
const MAX_KNOWN_CHARS = 2048

/** Heads for an app of one connection of a visitor, whose requests often differ in their first line alone. */
export class HeadForApp {
  #rawHeaders: readonly string[] | undefined
  #forwarded: Forwarded = { for: '', proto: 'http', host: '' }
  #more = ''
  #fields = ''

  of(line: RequestLine, forwarded: Forwarded, more: string): string {
    const { rawHeaders } = line
    if (!this.#isKnown(rawHeaders, forwarded, more)) {
      this.#fields = fieldsForApp(rawHeaders, forwarded, more)
      this.#rawHeaders = this.#fields.length > MAX_KNOWN_CHARS ? undefined : rawHeaders
      this.#forwarded = forwarded
      this.#more = more
    }
    return firstLine(line) + this.#fields
  }

  #isKnown(rawHeaders: readonly string[], forwarded: Forwarded, more: string): boolean {
    const known = this.#rawHeaders
    if (known?.length !== rawHeaders.length || more !== this.#more) return false
    const { for: address, proto, host } = this.#forwarded
    if (forwarded.for !== address || forwarded.proto !== proto || forwarded.host !== host) {
      return false
    }
    for (let i = 0; i < known.length; i++) if (known[i] !== rawHeaders[i]) return false
    return true
  }
}

/** Undefined for what is ours alone. */
function forApp(lower: string, value: string): string | undefined {
  if (lower === 'cookie') return withoutOurs(value)
  return lower === 'authorization' && OUR_BEARER.test(value.trim()) ? undefined : value
}

/**
 * An app's headers for the visitor, names and values in turn. `takesTrailers`: the answer is chunked on its way to them,
 * so trailers may be announced (RFC 9110, 6.6.2).
 */
export function fieldsForVisitor(
  headers: readonly string[],
  hostName: string,
  takesTrailers = false,
): string[] {
  const fields: string[] = []
  const named = namedByConnection(headers)
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const lower = name.toLowerCase()
    const isTrailer = takesTrailers && lower === 'trailer'
    if ((NOT_TO_VISITOR.has(lower) && !isTrailer) || named?.has(lower)) continue
    const given = headers[i + 1] ?? ''
    const value = lower === 'set-cookie' ? confined(given, hostName) : given
    if (value !== undefined) fields.push(name, value)
  }
  return fields
}

/** `fieldsForVisitor` for one connection to an app, whose answers often have one and the same head. */
export class FieldsForVisitor {
  #head: object | undefined
  #hostName = ''
  #takesTrailers = false
  #fields: string[] = []

  /** Not to be changed by whoever gets it. */
  of(
    head: { readonly headers: readonly string[] },
    hostName: string,
    takesTrailers: boolean,
  ): string[] {
    const isSame = head === this.#head && takesTrailers === this.#takesTrailers
    if (isSame && hostName === this.#hostName) return this.#fields
    this.#head = head
    this.#hostName = hostName
    this.#takesTrailers = takesTrailers
    this.#fields = fieldsForVisitor(head.headers, hostName, takesTrailers)
    return this.#fields
  }
}

const isForwarding = (lower: string): boolean =>
  lower.startsWith('x-') && (lower.startsWith('x-forwarded-') || lower.startsWith('x-skein-'))

const NEVER_NAMED = new Set(['close', 'keep-alive', 'upgrade', 'content-length', 'cookie'])

/** The headers that a Connection header makes part of the connection; undefined where it names none, as it usually does. */
function namedByConnection(headers: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.length !== 10 || headers[i]?.toLowerCase() !== 'connection') continue
    for (const word of (headers[i + 1] ?? '').toLowerCase().split(',')) {
      const name = word.trim()
      if (!NEVER_NAMED.has(name)) named = (named ?? new Set()).add(name)
    }
  }
  return named
}

function acceptsTrailers(headers: readonly string[]): boolean {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.length !== 2 || headers[i]?.toLowerCase() !== 'te') continue
    if (/\btrailers\b/i.test(headers[i + 1] ?? '')) return true
  }
  return false
}
