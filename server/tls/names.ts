// The names in the certificate that we make for ourselves: everything by which a browser may call this server.

import { isIP } from 'node:net'
import { isLoopback } from '../config/https.ts'
import type { Config } from '../config/settings.ts'

/** An address more or less a certificate can carry; a machine with more of them is given names. */
const MAX_NAMES = 100
const LOOPBACK = ['localhost', '127.0.0.1', '::1']
/** Interfaces of containers and virtual machines come and go, and nobody opens a page by their addresses. */
const PASSING = /^(lo|br-|docker|veth|virbr|cni|flannel|tap|tun)/

export type NameSettings = Pick<Config, 'publicUrl' | 'hostNames' | 'listen'> & {
  readonly appsDomain?: string | undefined
}

/** As `os.networkInterfaces` gives them. */
export type Interfaces = Readonly<
  Record<string, readonly { readonly address: string; readonly scopeid?: number }[] | undefined>
>

export function ownNames(config: NameSettings, interfaces: Interfaces): readonly string[] {
  const { publicUrl, hostNames, listen, appsDomain } = config
  const names = [
    ...(publicUrl === undefined ? [] : [plainHost(new URL(publicUrl).hostname)]),
    ...hostNames,
    // Of the domain itself nothing is served, but a certificate for a wildcard alone reads like a mistake.
    ...(appsDomain === undefined ? [] : [appsDomain, `*.${appsDomain}`]),
    ...LOOPBACK,
    ...(isLoopback(listen.host) ? [listen.host] : reachableAt(listen.host, interfaces)),
  ]
  return [...new Set(names)].slice(0, MAX_NAMES)
}

function reachableAt(host: string, interfaces: Interfaces): readonly string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host]
  return Object.entries(interfaces)
    .filter(([name]) => !PASSING.test(name))
    .flatMap(([, addresses = []]) => addresses)
    .filter(({ address }) => !address.startsWith('fe80:') && (host === '::' || isIP(address) === 4))
    .map(({ address }) => address)
}

const plainHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** Whether a certificate's names cover one: by itself or, one label deep, by a wildcard (RFC 6125, 6.4.3). */
export function covers(names: readonly string[], wanted: string): boolean {
  if (names.includes(wanted)) return true
  const parent = wanted.slice(wanted.indexOf('.') + 1)
  return isIP(wanted) === 0 && !wanted.startsWith('*.') && names.includes(`*.${parent}`)
}
