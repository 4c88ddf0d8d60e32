// Headers that every answer carries. The policy lets nothing in but our own files: a script that someone smuggles
// into a name or a terminal's title does not run.

import { isLoopback, isPublicHost, parseHost } from './host.ts'
import type { HttpConfig } from './ports.ts'

/** Half a year: browsers then never ask by plain HTTP, not even for the first page of a day. */
const HSTS = 'max-age=15552000'

/** What a page may do besides: run what stands in it, and go on elsewhere when this peer is gone. */
export interface Sources {
  /** Hashes. */
  readonly scripts: readonly string[]
  readonly sockets: readonly string[]
  readonly forms: readonly string[]
}

const policy = ({ scripts, sockets, forms }: Sources): string =>
  [
    "default-src 'none'",
    ["script-src 'self'", ...scripts].join(' '),
    // xterm.js writes its theme into style elements and attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    ["connect-src 'self'", ...sockets].join(' '),
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    ["form-action 'self'", ...forms].join(' '),
    "frame-ancestors 'none'",
  ].join('; ')

const CONTENT_SECURITY_POLICY = policy({ scripts: [], sockets: [], forms: [] })

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** For our own pages alone; nothing else runs scripts or goes elsewhere. */
export function allowPage(headers: Headers, sources: Sources): void {
  if (headers.get('content-type')?.startsWith('text/html') !== true) return
  headers.set('content-security-policy', policy(sources))
}

/** `calledBy`: the Host of the request, where it is known to be ours or does not matter. */
export function addSecurityHeaders(
  headers: Headers,
  requestId: string,
  config: HttpConfig,
  calledBy?: string,
): void {
  if (calledBy !== undefined && mayPromiseHttps(calledBy, config)) {
    headers.set('strict-transport-security', HSTS)
  }
  // A page that says what it needs has a policy of its own.
  for (const [name, value] of Object.entries(HEADERS))
    if (!headers.has(name)) headers.set(name, value)
  headers.set('x-request-id', requestId)
  headers.set('skein-peer', config.peer.name)
}

/**
 * Only for a public name with a certificate that the world trusts. A browser that heard it lets nobody past a warning,
 * which would lock people out of `--tls self`; and on localhost it would hold for every other program there.
 */
function mayPromiseHttps(calledBy: string, config: HttpConfig): boolean {
  const host = parseHost(calledBy)
  if (!host || isLoopback(host) || config.tls === 'self') return false
  return isPublicHost(host, config) && config.publicUrl?.startsWith('https:') === true
}
