// What a person reads on stdout when the server has started: where Skein is, and at the first run the one-time link.
// Plain lines and no log entry: they are for copying, also out of `docker logs`.

import { isLoopback } from '../config/config.ts'
import type { Config } from '../config/settings.ts'

/** `token` is absent once somebody has set Skein up. */
export function welcome(url: string, token: string | undefined): string {
  if (token === undefined) return `\n  Skein runs at ${url}\n\n`
  return `
  Skein runs and waits to be set up. Open this link; it works once:

    ${url}/setup#token=${token}

`
}

/** The address to open: the public one, or the listening one by a name that a browser on this machine can use. */
export function browserUrl(
  { publicUrl, listen }: Pick<Config, 'publicUrl' | 'listen'>,
  own: string,
) {
  if (publicUrl !== undefined) return publicUrl
  const isEverywhere = listen.host === '0.0.0.0' || listen.host === '::'
  if (!isEverywhere && !isLoopback(listen.host)) return own
  const url = new URL(own)
  // An address is no site of its own to browsers, as apps will need; a name is.
  url.hostname = 'localhost'
  return url.origin
}
