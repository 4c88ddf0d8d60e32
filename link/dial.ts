// One attempt at one address: HTTP Upgrade, then TLS 1.3 with the dialler's key in the taken socket. HTTP/2 is not begun
// here: an attempt that loses a race must not look like a link to the peer.

import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import tls, { type TLSSocket } from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'
import { UPGRADE_PROTOCOL } from '#protocol/link.ts'
import { parseAddress } from './address.ts'
import { assertPsk, linkTls, takeSocket } from './session.ts'

/** How long one address may take from the first packet to the proved key, milliseconds, unless it is said otherwise. */
export const DIAL_TIMEOUT_MS = 10_000

export interface DialOptions {
  readonly address: string
  /** The whole PSK identity, with lane and run. */
  readonly identity: string
  readonly key: Buffer
  readonly clock: { delay(ms: number, signal?: AbortSignal): Promise<void> }
  readonly signal: AbortSignal
  readonly timeoutMs?: number
}

/** A connection that has proved its key, and the socket below it. */
export interface Secured {
  readonly socket: TLSSocket
  readonly raw: Duplex
}

/** Rejects with the reason why this address did not lead to a peer that has the key. */
export async function dial(options: DialOptions): Promise<Secured> {
  const { address, clock, timeoutMs = DIAL_TIMEOUT_MS } = options
  // Of its own, since a signal that fires after all went well would end the link through the request it came from.
  const stop = new AbortController()
  const over = new AbortController()
  const giveUp = () => stop.abort(options.signal.reason)
  options.signal.addEventListener('abort', giveUp, { once: true })
  const tooLate = new SkeinError('timeout', { thing: address, seconds: timeoutMs / 1000 })
  clock.delay(timeoutMs, over.signal).then(
    () => stop.abort(tooLate),
    () => undefined, // over in time
  )
  try {
    options.signal.throwIfAborted()
    const raw = await upgrade(options, stop.signal)
    return { raw, socket: await secure(raw, options, stop.signal) }
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error
  } finally {
    over.abort()
    options.signal.removeEventListener('abort', giveUp)
  }
}

function upgrade({ address }: DialOptions, signal: AbortSignal): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  const request = requestTo(address, signal)
  request.on('error', reject)
  request.on('response', (response) => {
    response.resume()
    request.destroy()
    reject(refusal(response))
  })
  request.on('upgrade', (_: IncomingMessage, raw: Duplex, head: Buffer) => {
    takeSocket(raw, head)
    resolve(raw)
  })
  request.end()
  return promise
}

function requestTo(address: string, signal: AbortSignal): ClientRequest {
  const { secure, request } = parseAddress(address)
  const headers = { Connection: 'Upgrade', Upgrade: UPGRADE_PROTOCOL }
  // An agent of one's own (`agent: false`) knows no proxy variables: they are the space's, not the link's.
  const options = { ...request, headers, signal, agent: false as const }
  if (!secure) return http.request(options)
  // The certificate outside proves nothing that the key inside does not, and may well be the peer's own.
  return https.request({ ...options, rejectUnauthorized: false })
}

function refusal({ statusCode = 0 }: IncomingMessage): Error {
  return new Error(`HTTP ${statusCode} in place of the upgrade`)
}

function secure(
  raw: Duplex,
  { key, identity }: DialOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const socket = tls.connect({
    ...linkTls,
    socket: raw,
    pskCallback: () => ({ psk: key, identity }),
    // A link has no certificate to carry a name; `assertPsk` refuses a connection that has one.
    checkServerIdentity: () => undefined,
  })
  const abort = () => socket.destroy(new Error('not needed any more'))
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  promise.catch(() => raw.destroy()).finally(() => signal.removeEventListener('abort', abort))
  socket.once('close', () => reject(new SkeinError('link_refused')))
  socket.on('error', (error) => reject(asRefusal(error, socket)))
  socket.once('secureConnect', () => {
    try {
      assertPsk(socket)
      resolve(socket)
    } catch (error) {
      reject(error)
      socket.destroy()
    }
  })
  return promise
}

/** Whoever shows a certificate has not got the key, whether the certificate is good or not. */
function asRefusal(error: Error, socket: TLSSocket): Error {
  const certificate = socket.getPeerCertificate()
  const isShown = Object.keys(certificate ?? {}).length > 0
  return isShown ? new SkeinError('link_not_psk', {}, error) : error
}
