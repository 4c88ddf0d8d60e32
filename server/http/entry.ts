// What every request and every WebSocket upgrade passes first: it must call us by one of our names, and, when it
// could change something, come from our own pages. Pure, so that each attack is one line of a table test.

import { SkeinError } from '#protocol/errors.ts'
import { type HostName, isOwnHost, originOf, parseHost, schemeOf } from './host.ts'
import type { HttpConfig } from './ports.ts'

export interface Entry {
  readonly method: string
  readonly isUpgrade: boolean
  /** The authority of the request line when it has one (absolute form), else that of the Host header. */
  readonly authority: string
  /** All Host headers, so that two of them are seen. */
  readonly hosts: readonly string[]
  header(name: string): string | undefined
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

export const isUnsafe = (entry: Pick<Entry, 'method' | 'isUpgrade'>): boolean =>
  entry.isUpgrade || !SAFE_METHODS.has(entry.method)

/** The one name that the request calls us by; `isOurs` says what counts besides. Throws `bad_request` or `bad_host`. */
export function checkHost(
  { hosts, authority }: Entry,
  config: HttpConfig,
  isOurs: (host: HostName) => boolean = () => false,
): HostName {
  const [header] = hosts
  if (header === undefined || hosts.length !== 1) {
    throw new SkeinError('bad_request', { reason: 'it needs exactly one Host header' })
  }
  const host = parseHost(header)
  const isServed = host && (isOwnHost(host, config) || isOurs(host))
  if (!isServed || authority.toLowerCase() !== header.toLowerCase()) {
    throw new SkeinError('bad_host', { host: header.slice(0, 100) })
  }
  return host
}

/**
 * Refuses what another site's page caused. Browsers send `Origin` with every unsafe request, so only programs come
 * without one; a program that has no cookie has nothing to be robbed of. `Sec-Fetch-Site` is absent on plain HTTP,
 * so it may refuse but not admit (JupyterHub CVE-2026-40864). Throws `bad_origin`.
 */
export function checkOrigin(
  entry: Entry,
  host: HostName,
  hasSession: boolean,
  config: HttpConfig,
): void {
  if (!isUnsafe(entry)) return
  const origin = entry.header('origin')
  const site = entry.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') throw badOrigin(origin ?? site)
  if (origin === undefined) {
    if (hasSession || entry.isUpgrade) throw badOrigin('no Origin header')
    return
  }
  if (!ownOrigins(host, config).includes(origin)) throw badOrigin(origin)
}

function ownOrigins(host: HostName, config: HttpConfig): string[] {
  const own = originOf(host, schemeOf(host, config))
  // A proxy may rewrite Host to its upstream's name; the page's origin is then still the public URL's.
  return config.publicUrl === undefined ? [own] : [own, new URL(config.publicUrl).origin]
}

const badOrigin = (origin: string): SkeinError =>
  new SkeinError('bad_origin', { origin: origin.slice(0, 200) })
