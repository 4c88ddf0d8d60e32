// Which settings together may carry passwords: HTTPS, or an address that only this machine reaches. Pure.

import { isIP } from 'node:net'
import { SkeinError } from '#protocol/errors.ts'
import { type Config, keyOf, type SettingName } from './settings.ts'

type Origins = Partial<Readonly<Record<SettingName, string>>>

export type TlsKind = 'files' | 'self'

/** How the listener itself speaks HTTPS; undefined where it does not. */
export function tlsKindOf({ tls, tlsCert }: Pick<Config, 'tls' | 'tlsCert'>): TlsKind | undefined {
  if (tlsCert !== undefined) return 'files'
  return tls === 'self' ? 'self' : undefined
}

/** Throws `config_invalid` for settings of which one without the other says nothing. */
export function refuseHalfOfTls(config: Config, origins: Origins): void {
  const { tls, tlsCert, tlsKey, publicUrl } = config
  if (tlsCert === undefined && tlsKey !== undefined) {
    throw invalid('tlsKey', '--tls-cert is missing', origins)
  }
  if (tlsKey === undefined && tlsCert !== undefined) {
    throw invalid('tlsCert', '--tls-key is missing', origins)
  }
  if (tls === 'self' && tlsCert !== undefined) {
    throw invalid('tls', 'a certificate is given with --tls-cert already', origins)
  }
  if (tlsKindOf(config) !== undefined && publicUrl?.startsWith('http:')) {
    throw invalid('publicUrl', 'this server speaks HTTPS, so it begins with https:', origins)
  }
}

/** Throws `config_invalid` for an apps domain without a page on which people sign in. */
export function refuseLoneAppsDomain({ appsDomain, publicUrl }: Config, origins: Origins): void {
  if (appsDomain === undefined || appsDomain === 'localhost' || publicUrl !== undefined) return
  throw invalid(
    'appsDomain',
    'apps send people to --public-url to sign in, and it is not set',
    origins,
  )
}

/** Throws `config_invalid` for an apps domain among whose apps one of our own names would be. */
export function refuseOwnAppsDomain(config: Config, origins: Origins): void {
  const name = config.appsDomain === undefined ? undefined : ownNameIn(config.appsDomain, config)
  if (name === undefined) return
  const reason = `${name}, by which people call this server, would be an app's; take a domain beside it or below it`
  throw invalid('appsDomain', reason, origins)
}

/** A name by which this server is called and which would be an app's, were this the apps domain. */
export function ownNameIn(domain: string, config: Config): string | undefined {
  const { hostNames, listen } = config
  return [publicName(config), ...hostNames, listen.host]
    .map((own) => own?.toLowerCase())
    .find((own) => own !== undefined && holds(domain, own))
}

/** `localhost` itself is every machine's own page, and only what is below it an app. */
const holds = (domain: string, name: string): boolean =>
  name.endsWith(`.${domain}`) || (name === domain && domain !== 'localhost')

const publicName = ({ publicUrl }: Config): string | undefined =>
  publicUrl === undefined ? undefined : new URL(publicUrl).hostname

/** Without HTTPS, passwords and keystrokes may leave this machine only when someone said so. */
export function refuseOpenHttp(config: Config, origins: Origins): void {
  const { insecureHttp, listen } = config
  if (insecureHttp || isLoopback(listen.host) || tlsKindOf(config) !== undefined) return
  const reason =
    'plain HTTP beyond this machine lets others read passwords and terminals. There are three ways out: --tls self; ' +
    '--tls-cert FILE --tls-key FILE; or a proxy with HTTPS before a loopback address, with --public-url. ' +
    'Whoever accepts the risk gives --insecure-http'
  throw invalid('listen', reason, origins)
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function invalid(name: SettingName, reason: string, origins: Origins): SkeinError {
  const source = origins[name] ?? 'the configuration'
  return new SkeinError('config_invalid', { key: keyOf(name), reason, source })
}
