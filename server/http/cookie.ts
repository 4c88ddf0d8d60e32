// The session's cookie. `__Host-` keeps any other host, sibling subdomain or plain-HTTP page from setting it; where
// the administrator chose plain HTTP, browsers drop such a cookie, so another name is used there and only there.

import { type HostName, isLoopback, schemeOf } from './host.ts'
import type { HttpConfig } from './ports.ts'

const SECURE_NAME = '__Host-skein'
const PLAIN_NAME = 'skein-plain'

function isPlain(host: HostName, config: HttpConfig): boolean {
  return config.insecureHttp && schemeOf(host, config) === 'http:' && !isLoopback(host)
}

/** The token in the request's cookies. Two different ones are an attempt to slip one in, and count as none. */
export function readCookie(
  header: string | undefined,
  host: HostName,
  config: HttpConfig,
): string | undefined {
  const name = isPlain(host, config) ? PLAIN_NAME : SECURE_NAME
  const values = new Set<string>()
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (pair.slice(0, at).trim() === name) values.add(pair.slice(at + 1).trim())
  }
  return values.size === 1 ? values.values().next().value : undefined
}

/** A `Set-Cookie` line. `maxAgeMs` 0 removes the cookie. */
export function writeCookie(
  token: string,
  maxAgeMs: number,
  host: HostName,
  config: HttpConfig,
): string {
  // Strict is no burden: the page itself needs no cookie, and its own requests are same-site.
  const rest = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeMs / 1000)}`
  if (isPlain(host, config)) return `${PLAIN_NAME}=${token}; ${rest}`
  return `${SECURE_NAME}=${token}; ${rest}; Secure`
}
