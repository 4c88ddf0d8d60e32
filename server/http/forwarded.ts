// What a proxy of ours says of a request: the name and the scheme that the browser used. Believed from a trusted proxy
// only, and even then it may not contradict what we know: a cookie or a redirect for the wrong place is what somebody
// who can smuggle such a header is after (Coder GHSA-5g4w-3vw9-478w). `Forwarded` (RFC 7239) is not read.

import { SkeinError } from '#protocol/errors.ts'
import type { Entry } from './entry.ts'
import { type HostName, isAddress, isOwnHost, isPublicHost, parseHost, schemeOf } from './host.ts'
import type { HttpConfig } from './ports.ts'

const SCHEMES: Readonly<Record<string, 'http:' | 'https:'>> = {
  http: 'http:',
  https: 'https:',
  // As Traefik calls them for WebSockets.
  ws: 'http:',
  wss: 'https:',
}

/** How the browser called us, where `host` is how the proxy did. Throws `bad_host` or `bad_proxy`. */
export function asForwarded(host: HostName, entry: Entry, config: HttpConfig): HostName {
  const outer = forwardedHost(host, entry.header('x-forwarded-host'), config)
  const said = single('X-Forwarded-Proto', entry.header('x-forwarded-proto'))
  if (said === undefined) return outer
  const scheme = SCHEMES[said.toLowerCase()]
  if (scheme === undefined) throw badProxy('X-Forwarded-Proto', said)
  const isKnown = config.tls !== undefined || isPublicHost(outer, config)
  if (isKnown && scheme !== schemeOf(outer, config)) throw badProxy('X-Forwarded-Proto', said)
  return { ...outer, scheme }
}

function forwardedHost(host: HostName, header: string | undefined, config: HttpConfig): HostName {
  const said = single('X-Forwarded-Host', header)
  if (said === undefined) return host
  const outer = parseHost(said)
  if (!outer || !isOwnHost(outer, config)) {
    throw new SkeinError('bad_host', { host: said.slice(0, 100) })
  }
  // A proxy may tell the port in yet another header; Host has it.
  if (outer.name === host.name) return host
  // By its address, or as localhost, a proxy calls its upstream; any other name is one that a browser said.
  if (host.name === 'localhost' || isAddress(host.name)) return outer
  throw badProxy('X-Forwarded-Host', said)
}

/** Each proxy on the way may add its own; they have to agree. */
function single(name: string, header: string | undefined): string | undefined {
  const values = new Set((header ?? '').split(',').map((value) => value.trim()))
  if (values.size > 1) throw badProxy(name, header ?? '')
  const [value] = values
  return value === '' ? undefined : value
}

const badProxy = (name: string, said: string): SkeinError =>
  new SkeinError('bad_proxy', { said: `${name}: ${said.slice(0, 100)}` })
