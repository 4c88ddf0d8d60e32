// Headers that every answer carries. The policy lets nothing in but our own files: a script that someone smuggles
// into a name or a terminal's title does not run.

import type { HttpConfig } from './ports.ts'

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // xterm.js writes its theme into style elements and attributes.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

export function addSecurityHeaders(headers: Headers, requestId: string, config: HttpConfig): void {
  // A page that says what it needs has a policy of its own.
  for (const [name, value] of Object.entries(HEADERS))
    if (!headers.has(name)) headers.set(name, value)
  headers.set('x-request-id', requestId)
  headers.set('skein-peer', config.peer.name)
}
