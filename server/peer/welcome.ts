// What a person reads on stdout when the server has started: where Skein is, at the first run the one-time link, and
// what they have to know of its certificate or of having none. Plain lines and no log entry: they are for copying,
// also out of `docker logs`.

import { isLoopback, tlsKindOf } from '../config/https.ts'
import { type Config, sshAddress } from '../config/settings.ts'

export interface Welcome {
  readonly url: string
  /** Absent once somebody has set Skein up. */
  readonly setupToken: string | undefined
  /** SHA-256 of the own authority's certificate. */
  readonly fingerprint: string | undefined
  readonly config: Pick<
    Config,
    'insecureHttp' | 'listen' | 'publicUrl' | 'sshListen' | 'tls' | 'tlsCert'
  >
  /** Whether stdout shows colours. */
  readonly isColoured: boolean
}

export function welcome({ url, setupToken, fingerprint, config, isColoured }: Welcome): string {
  const lines =
    setupToken === undefined
      ? [`Skein runs at ${url}`, ...aboutSsh(config, url)]
      : [
          'Skein runs and waits to be set up. Open this link; it works once:',
          '',
          `  ${url}/setup#token=${setupToken}`,
        ]
  if (fingerprint !== undefined) lines.push('', ...aboutAuthority(url, fingerprint))
  if (isOpenHttp(config)) lines.push('', ...aboutOpenHttp.map((line) => red(line, isColoured)))
  return `\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`
}

/** The line to copy; none where ssh is off, or at a port that the gateway chooses. */
function aboutSsh(config: Pick<Config, 'listen' | 'sshListen'>, url: string): readonly string[] {
  const listen = sshAddress(config)
  if (listen === undefined || listen.port === 0) return []
  const isNamed = !isEverywhere(listen.host) && !isLoopback(listen.host)
  const host = isNamed ? listen.host : new URL(url).hostname.replace(/^\[|\]$/g, '')
  return [`and answers: ssh -p ${listen.port} SPACE@${host}`]
}

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::'

const aboutAuthority = (url: string, fingerprint: string): readonly string[] => [
  `Browsers trust its certificate once they trust the authority at ${url}/ca.pem`,
  `(SHA-256 ${fingerprint}).`,
]

const aboutOpenHttp = [
  'WITHOUT HTTPS: everyone on the way to this address can read passwords, cookies and terminals, and act',
  'as the person who signed in. `--tls self` ends that.',
] as const

function isOpenHttp(config: Welcome['config']): boolean {
  return config.insecureHttp && !isLoopback(config.listen.host) && tlsKindOf(config) === undefined
}

const red = (text: string, isColoured: boolean): string =>
  isColoured ? `\x1b[1;31m${text}\x1b[0m` : text

/** The address to open: the public one, or the listening one by a name that a browser on this machine can use. */
export function browserUrl(
  { publicUrl, listen }: Pick<Config, 'publicUrl' | 'listen'>,
  own: string,
) {
  if (publicUrl !== undefined) return publicUrl
  if (!isEverywhere(listen.host) && !isLoopback(listen.host)) return own
  const url = new URL(own)
  // An address is no site of its own to browsers, as apps will need; a name is.
  url.hostname = 'localhost'
  return url.origin
}
