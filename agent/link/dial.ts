// One attempt at one address: HTTP Upgrade, TLS 1.3 with the space's key in the taken socket, HTTP/2 with this end
// as server. Proxy variables of the space's environment are not honoured: the peer's addresses are the way.

import http, { type IncomingMessage } from 'node:http'
import http2, { type ServerHttp2Session } from 'node:http2'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import tls, { type TLSSocket } from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'
import { LINK_CIPHERS, LINK_PATH, UPGRADE_PROTOCOL } from '#protocol/link.ts'
import { Connection } from '../../link/connection.ts'
import { assertPsk, sessionOptions, takeSocket, widen } from '../../link/session.ts'

/** How long one address may take to a finished handshake, ms. */
const DIAL_TIMEOUT_MS = 5_000

export interface DialOptions {
  /** `unix:/path`, `http://host:port` or `https://host`. */
  readonly address: string
  readonly identity: string
  readonly key: Buffer
  readonly signal: AbortSignal
}

/** Rejects with the reason why this address did not lead to the peer. */
export async function dial(options: DialOptions): Promise<Connection<ServerHttp2Session>> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
  const raw = await upgrade(options.address, signal)
  try {
    const socket = await secure(raw, options, signal)
    const session = http2.performServerHandshake(socket, sessionOptions)
    widen(session)
    return new Connection(session, [socket, raw])
  } catch (error) {
    raw.destroy()
    throw error
  }
}

function upgrade(address: string, signal: AbortSignal): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  const headers = { Connection: 'Upgrade', Upgrade: UPGRADE_PROTOCOL }
  const common = { path: LINK_PATH, headers, signal, agent: false as const }
  const request = requestTo(address, common)
  request.on('error', reject)
  request.on('response', (response) => {
    reject(new Error(`HTTP ${response.statusCode ?? 0} in place of the upgrade`))
    response.resume()
    request.destroy()
  })
  request.on('upgrade', (_response: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => raw.destroy())
    takeSocket(raw, head)
    resolve(raw)
  })
  request.end()
  return promise
}

function requestTo(address: string, common: http.RequestOptions): http.ClientRequest {
  if (address.startsWith('unix:')) {
    return http.request({ ...common, socketPath: address.slice('unix:'.length) })
  }
  const url = new URL(address)
  const options = { ...common, host: url.hostname, port: url.port || undefined }
  return url.protocol === 'https:' ? https.request(options) : http.request(options)
}

function secure(raw: Duplex, options: DialOptions, signal: AbortSignal): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const socket = tls.connect({
    socket: raw,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ciphers: LINK_CIPHERS,
    ALPNProtocols: ['h2'],
    pskCallback: () => ({ psk: options.key, identity: options.identity }),
    // There is no certificate to have a name; assertPsk refuses a connection that has one.
    checkServerIdentity: () => undefined,
  })
  const aborted = () =>
    socket.destroy(
      new SkeinError('timeout', { thing: 'The peer', seconds: DIAL_TIMEOUT_MS / 1000 }),
    )
  signal.addEventListener('abort', aborted, { once: true })
  socket.once('close', () => {
    signal.removeEventListener('abort', aborted)
    reject(new SkeinError('link_refused'))
  })
  socket.once('error', reject)
  socket.once('secureConnect', () => {
    signal.removeEventListener('abort', aborted)
    try {
      assertPsk(socket)
      resolve(socket)
    } catch (error) {
      socket.destroy()
      reject(error)
    }
  })
  return promise
}
