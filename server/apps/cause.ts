// Whether a request comes from the app's own pages. Apps of different people lie under one domain, so that browsers
// send an app's cookie along with what a neighbour's page does; such a request counts as nobody's. Pure.

import { type AppHost, readAppHost } from './host.ts'

export interface Asked {
  readonly method: string
  header(name: string): string | undefined
}

export type Cause = 'own' | 'foreign'

/**
 * Pages of other ports of the same space count as own: a front end and its API are one work of one owner. Programs send
 * neither header and have no cookie to be robbed of.
 */
export function causeOf(asked: Asked, host: AppHost, domain: string, scheme: string): Cause {
  const origin = asked.header('origin')
  if (origin !== undefined) return isSameSpace(origin, host, domain, scheme) ? 'own' : 'foreign'
  const site = asked.header('sec-fetch-site')
  if (site === undefined || site === 'same-origin' || site === 'none') return 'own'
  if (isNavigation(asked)) return 'own'
  // An image or a script of another port of the space: only its Referer tells, which a page may hide but not forge.
  const referer = URL.parse(asked.header('referer') ?? '')?.origin
  return referer !== undefined && isSameSpace(referer, host, domain, scheme) ? 'own' : 'foreign'
}

/** A page that a person goes to, which a link of anybody's may name: it changes nothing by itself. */
export function isNavigation({ method, header }: Asked): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const mode = header('sec-fetch-mode')
  if (mode !== undefined) return mode === 'navigate' && header('sec-fetch-dest') === 'document'
  // Browsers tell no mode on plain HTTP beyond this machine.
  return header('accept')?.includes('text/html') === true
}

/** Browsers write an origin in lower case and without the scheme's own port, as they do Host. */
function isSameSpace(origin: string, host: AppHost, domain: string, scheme: string): boolean {
  if (!origin.startsWith(`${scheme}//`)) return false
  const authority = origin.slice(scheme.length + 2)
  if (authority === host.authority) return true
  const reading = readAppHost(authority, domain)
  if (reading.kind !== 'app' || authority !== reading.host.authority) return false
  const { space, user, name } = reading.host
  const samePort = authority.slice(name.length) === host.authority.slice(host.name.length)
  return space === host.space && user === host.user && samePort
}
