// Which server a command goes to and with which token: `--server`, then SKEIN_URL, then the current one of the
// configuration. A token is never sent to a server that it was not given for.

import { readFile } from 'node:fs/promises'
import { SkeinError } from '#protocol/errors.ts'
import type { Environment, RemoteConfig } from './config.ts'

/** A server and what is needed to speak with it. */
export interface Access {
  readonly origin: string
  readonly token?: string
  /** PEM; the system's own authorities when absent. */
  readonly ca?: string
}

const MAX_URL_CHARS = 300

/** The origin of what a person wrote: a URL, or a host name, which then means HTTPS. Throws `bad_request`. */
export function originOf(text: string): string {
  const whole = text.includes('://') ? text : `https://${text}`
  const url = text.length <= MAX_URL_CHARS && URL.canParse(whole) ? new URL(whole) : undefined
  const isPlain =
    url && url.username === '' && url.password === '' && /^https?:$/.test(url.protocol)
  // A server behind a path is none of ours; quotes and the like would end up in files.
  if (!isPlain || !/^https?:\/\/[\w.:[\]-]+$/.test(url.origin)) {
    throw new SkeinError('bad_request', { reason: `“${text.slice(0, 100)}” is not an address` })
  }
  return url.origin
}

/** Throws `no_server` or `server_unknown`; `login_needed` is what the server says. */
export function chooseServer(
  config: RemoteConfig,
  given: { readonly server?: string | undefined; readonly env: Environment },
): Access {
  const { server, env } = given
  const origin = named(config, server) ?? (env.SKEIN_URL ? originOf(env.SKEIN_URL) : config.current)
  if (origin === undefined) throw new SkeinError('no_server')
  const known = Object.hasOwn(config.servers, origin) ? config.servers[origin] : undefined
  // A token in the environment belongs to the server in the environment, or to the only one that was meant.
  const isForThis = env.SKEIN_URL === undefined || originOf(env.SKEIN_URL) === origin
  const token = (isForThis && env.SKEIN_TOKEN) || known?.token
  if (!token) throw new SkeinError('server_unknown', { server: origin })
  return known?.ca === undefined ? { origin, token } : { origin, token, ca: known.ca }
}

/** A server by its whole address, or by the host name of one that is known. */
function named(config: RemoteConfig, server: string | undefined): string | undefined {
  if (server === undefined) return undefined
  const known = Object.keys(config.servers).filter((origin) => new URL(origin).host === server)
  return known.length === 1 ? known[0] : originOf(server)
}

/** The authorities in a PEM file. Rejects with `file_failed`. */
export async function readAuthority(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SkeinError('file_failed', { path, reason: 'it cannot be read' }, cause)
  })
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new SkeinError('file_failed', { path, reason: 'it holds no certificate in PEM' })
  }
  return text
}
