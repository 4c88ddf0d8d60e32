// A server with a certificate authority of its own (`--tls self`) is trusted once, by the authority's fingerprint: the
// person compares it with the one that the server printed, or gives it. Nothing else is ever unverified.

import { X509Certificate } from 'node:crypto'
import { get } from 'node:https'
import { isIP } from 'node:net'
import { createInterface } from 'node:readline/promises'
import { connect } from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'
import { asUnreachable, UNKNOWN_AUTHORITY } from './unreachable.ts'

const CONNECT_TIMEOUT_MS = 15_000
/** A certificate has some 2 kB. */
const MAX_AUTHORITY_CHARS = 64 * 1024

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
  if (known !== undefined && !(await verify(origin, known))) return known
  const untrusted = await verify(origin, undefined)
  if (!untrusted) return undefined
  const authority = await fetchAuthority(origin)
  if (!authority) throw asUnreachable(origin, untrusted)
  const shown = authority.fingerprint256
  if (wish.fingerprint !== undefined) assertSame(origin, wish.fingerprint, shown)
  else await confirm(origin, shown)
  const pem = authority.toString()
  // That somebody may trust it does not say that this server is its.
  const still = await verify(origin, pem)
  if (still) throw asUnreachable(origin, still)
  return pem
}

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
    const url = new URL(origin)
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const trusted = ca === undefined ? {} : { ca }
    const socket = connect({ host, port: Number(url.port || 443), ...servername, ...trusted })
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('it took too long')))
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

/** What the server says its authority is. Nothing is sent over this connection but the question, whoever is there. */
function fetchAuthority(origin: string): Promise<X509Certificate | undefined> {
  const options = { rejectUnauthorized: false, agent: false, timeout: CONNECT_TIMEOUT_MS }
  return new Promise((resolve, reject) => {
    const call = get(new URL('/ca.pem', origin), options, (response) => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > MAX_AUTHORITY_CHARS) call.destroy(new Error('its authority has no end'))
      })
      response.on('end', () => resolve(parse(text)))
    })
    call.on('timeout', () => call.destroy(new Error('it took too long')))
    call.on('error', (error) => reject(asUnreachable(origin, error)))
  })
}

function parse(pem: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(pem)
    return certificate.ca ? certificate : undefined
  } catch {
    return undefined
  }
}
