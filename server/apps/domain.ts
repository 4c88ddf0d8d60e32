// Where apps live as seen from a browser: the domain, the scheme, and the way between an app's host and Skein's own
// page. Pure.

import { type HostName, isLoopback, originOf } from '../http/host.ts'
import type { HttpConfig } from '../http/ports.ts'
import type { AppHost } from './host.ts'

/** Browsers lead it and all names below it to their own machine (RFC 6761, 6.3), and each of them is a site of its own. */
export const OWN_MACHINE = 'localhost'

type Config = Pick<HttpConfig, 'appsDomain' | 'publicUrl' | 'tls' | 'insecureHttp'>

export function schemeOfApps({ appsDomain, publicUrl, tls }: Config): 'http:' | 'https:' {
  if (tls) return 'https:'
  if (appsDomain === OWN_MACHINE || publicUrl === undefined) return 'http:'
  return new URL(publicUrl).protocol === 'https:' ? 'https:' : 'http:'
}

/** Whether browsers would drop a `Secure` cookie from an app's host. */
export const isPlain = (config: Config): boolean =>
  config.appsDomain !== OWN_MACHINE && schemeOfApps(config) === 'http:'

/** Skein's own page, where people sign in. */
export function pageOrigin(config: Config, host: AppHost): string {
  const { appsDomain, publicUrl } = config
  if (appsDomain !== OWN_MACHINE && publicUrl !== undefined) return publicUrl
  return `${schemeOfApps(config)}//${OWN_MACHINE}${host.authority.slice(host.name.length)}`
}

/**
 * An app's address for someone who came to the page as `visited`; undefined where that someone could not open it: on
 * their machine `localhost` would be their own.
 */
export function appUrl(config: Config, visited: HostName, label: string): string | undefined {
  const { appsDomain, publicUrl } = config
  if (appsDomain === undefined) return undefined
  const name = `${label}.${appsDomain}`
  const scheme = schemeOfApps(config)
  if (appsDomain === OWN_MACHINE) {
    if (!isLoopback(visited)) return undefined
    return originOf(visited.port === undefined ? { name } : { name, port: visited.port }, scheme)
  }
  const port = publicUrl === undefined ? '' : new URL(publicUrl).port
  return `${scheme}//${name}${port === '' ? '' : `:${port}`}`
}

/** The address of another port or app of the same space. */
export function siblingUrl(config: Config, host: AppHost, target: string): string {
  const label = `${target}--${host.space}--${host.user}`
  const port = host.authority.slice(host.name.length)
  return `${schemeOfApps(config)}//${label}.${config.appsDomain}${port}`
}

/** Vite refuses hosts that it does not know; this variable is its own way for whoever runs it behind other names. */
export const environmentOfApps = (domain: string): Record<string, string> => ({
  __VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS: `.${domain}`,
})
