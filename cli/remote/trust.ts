// A server with a certificate authority of its own (`--tls self`) is trusted once, by the authority's fingerprint: the
// person compares it with the one that the server printed, or gives it. Nothing else is ever unverified.

import { createHash, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createInterface } from 'node:readline/promises'
import {
  type ConnectionOptions,
  connect,
  type DetailedPeerCertificate,
  rootCertificates,
  type TLSSocket,
} from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'
import { asUnreachable, UNKNOWN_AUTHORITY } from './unreachable.ts'

const CONNECT_TIMEOUT_MS = 15_000
/** Longer chains are nobody's. */
const MAX_CHAIN = 10

export interface TrustWish {
  readonly origin: string
  /** What an earlier login trusted, PEM. */
  readonly known: string | undefined
  /** SHA-256 of the authority, as `--fingerprint` gave it. */
  readonly fingerprint: string | undefined
}

/**
 * The authority to verify this server with, PEM; undefined when the system's own are enough. Rejects with
 * `certificate_untrusted` or `server_unreachable`.
 */
export async function trustAuthority(wish: TrustWish): Promise<string | undefined> {
  const { origin, known } = wish
  const untrusted = await verify(origin, known)
  if (!untrusted) return known
  const authority = (await look(origin)).at(-1)
  if (!authority?.ca) throw asUnreachable(origin, untrusted)
  const shown = fingerprintOf(authority)
  if (wish.fingerprint !== undefined) assertSame(origin, wish.fingerprint, shown)
  else await confirm(origin, shown)
  return authority.toString()
}

export const fingerprintOf = (certificate: X509Certificate): string =>
  createHash('sha256')
    .update(certificate.raw)
    .digest('hex')
    .toUpperCase()
    .replace(/(..)(?!$)/g, '$1:')

const bare = (fingerprint: string): string =>
  fingerprint
    .replace(/^sha256[:/]/i, '')
    .replace(/[^0-9a-f]/gi, '')
    .toLowerCase()

function assertSame(server: string, given: string, shown: string): void {
  if (bare(given) === bare(shown)) return
  const reason = `its authority’s fingerprint is ${shown}, not the one that was given`
  throw new SkeinError('certificate_untrusted', { server, reason })
}

/** Only where somebody can answer; a script gives --fingerprint or --ca. */
async function confirm(server: string, shown: string): Promise<void> {
  const reason = `its authority is not known here (SHA-256 ${shown})`
  const refused = new SkeinError('certificate_untrusted', { server, reason })
  if (!process.stdin.isTTY) throw refused
  process.stderr.write(
    `${server} has a certificate authority of its own, which this machine does not know:\n\n`,
  )
  process.stderr.write(
    `  SHA-256 ${shown}\n\nCompare it with the one that the server printed when it started.\n`,
  )
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question('Is it the same? (yes/no) ')
  lines.close()
  if (answer.trim().toLowerCase() !== 'yes') throw refused
}

type CertificateError = Error & { readonly code: string }

/** Undefined when the server's certificate holds; else why it does not. Rejects with `server_unreachable`. */
function verify(origin: string, ca: string | undefined): Promise<CertificateError | undefined> {
  return new Promise((resolve, reject) => {
    const socket = dial(origin, { ...(ca !== undefined && { ca: [...rootCertificates, ca] }) })
    socket.once('secureConnect', () => {
      resolve(undefined)
      socket.destroy()
    })
    socket.once('error', (error: CertificateError) => {
      if (UNKNOWN_AUTHORITY.has(error.code)) resolve(error)
      else reject(asUnreachable(origin, error))
    })
  })
}

/** The chain that the server shows. It only looks: nothing is sent over this connection, whoever is there. */
function look(origin: string): Promise<X509Certificate[]> {
  return new Promise((resolve, reject) => {
    const socket = dial(origin, { rejectUnauthorized: false })
    socket.once('secureConnect', () => {
      resolve(chainOf(socket))
      socket.destroy()
    })
    socket.once('error', (error) => reject(asUnreachable(origin, error)))
  })
}

function dial(origin: string, options: ConnectionOptions): TLSSocket {
  const url = new URL(origin)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const servername = isIP(host) === 0 ? { servername: host } : {}
  const socket = connect({ host, port: Number(url.port || 443), ...servername, ...options })
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('it took too long')))
  return socket
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = []
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (next?.raw && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(next.raw))
    if (next.issuerCertificate === next) break
    next = next.issuerCertificate
  }
  return chain
}
