// Our two cookies on an app's host: the pass, and the secret of a browser that was sent to sign in. Both are bound to
// that one host by `__Host-`, which no other host below the domain can set.

import type { HttpConfig } from '../http/ports.ts'
import { isPlain } from './domain.ts'

type Config = Pick<HttpConfig, 'appsDomain' | 'publicUrl' | 'tls' | 'insecureHttp'>
export type OwnCookie = 'pass' | 'state'

/** Signing in takes a person no longer, seconds. */
const STATE_SECONDS = 15 * 60
const names = {
  pass: { secure: '__Host-skein-app', plain: 'skein-app-plain' },
  state: { secure: '__Host-skein-app-state', plain: 'skein-app-state' },
} as const

/** Two different values are an attempt to slip one in, and count as none. */
export function readOwn(
  which: OwnCookie,
  header: string | undefined,
  config: Config,
): string | undefined {
  if (header === undefined) return undefined
  const name = names[which][isPlain(config) ? 'plain' : 'secure']
  if (!header.includes(name)) return undefined
  const values = new Set<string>()
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (pair.slice(0, at).trim() === name) values.add(pair.slice(at + 1).trim())
  }
  return values.size === 1 ? values.values().next().value : undefined
}

/** A `Set-Cookie` line. The pass has no age: it ends with the browser, and with its session. */
export function writeOwn(which: OwnCookie, value: string, config: Config): string {
  const isOpen = isPlain(config)
  const name = names[which][isOpen ? 'plain' : 'secure']
  // Lax, so that a link to the app from anywhere opens it.
  const rest = `Path=/; HttpOnly; SameSite=Lax${isOpen ? '' : '; Secure'}`
  const age = which === 'state' ? `; Max-Age=${STATE_SECONDS}` : ''
  return `${name}=${value}; ${rest}${age}`
}
