// Which names this peer answers to. A name that an attacker owns may be pointed at this machine (DNS rebinding);
// addresses and our own names may not, so only these are served.

import { isIP } from 'node:net'
import type { HttpConfig } from './ports.ts'

export interface HostName {
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly name: string
  readonly port?: number
  /** As a trusted proxy told it; see forwarded.ts. */
  readonly scheme?: 'http:' | 'https:'
}

const PATTERN =
  /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,20})(?::(\d{1,5}))?$/

/** A Host header taken apart; undefined when it is anything but a name or address with an optional port. */
export function parseHost(header: string): HostName | undefined {
  const [, name, port] = PATTERN.exec(header.toLowerCase()) ?? []
  if (name === undefined) return undefined
  if (port === undefined) return { name }
  return Number(port) <= 65_535 ? { name, port: Number(port) } : undefined
}

export function isOwnHost(host: HostName, config: HttpConfig): boolean {
  if (host.name === 'localhost' || isAddress(host.name)) return true
  return isPublicHost(host, config) || config.hostNames?.includes(host.name) === true
}

/** The public URL's name, at whatever port. */
export function isPublicName({ name }: HostName, { publicUrl }: HttpConfig): boolean {
  return publicUrl !== undefined && new URL(publicUrl).hostname === name
}

export function isPublicHost(host: HostName, config: HttpConfig): boolean {
  if (config.publicUrl === undefined) return false
  const url = new URL(config.publicUrl)
  return (
    url.hostname === host.name && portOf(url.protocol, url.port) === portOf(url.protocol, host.port)
  )
}

/** Whether a browser takes `Secure` cookies from it without TLS (secure contexts, section 3.1). */
export const isLoopback = ({ name }: HostName): boolean =>
  name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)

/** The scheme as the browser sees it: a proxy in front of the public URL may have taken TLS off. */
export function schemeOf(host: HostName, config: HttpConfig): 'http:' | 'https:' {
  if (host.scheme !== undefined) return host.scheme
  if (config.tls !== undefined) return 'https:'
  if (config.publicUrl === undefined || !isPublicHost(host, config)) return 'http:'
  return new URL(config.publicUrl).protocol === 'https:' ? 'https:' : 'http:'
}

/** As a browser writes it: without the scheme's own port. */
export function originOf(host: HostName, scheme: 'http:' | 'https:'): string {
  const own = host.port === undefined || host.port === portOf(scheme, undefined)
  return `${scheme}//${host.name}${own ? '' : `:${host.port}`}`
}

export const isAddress = (name: string): boolean => isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0

function portOf(scheme: string, port: string | number | undefined): number {
  if (port !== undefined && port !== '') return Number(port)
  return scheme === 'https:' ? 443 : 80
}
