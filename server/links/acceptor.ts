// The accepting end of links: takes the socket of an HTTP Upgrade, makes TLS 1.3 with the pre-shared key in it, and
// HTTP/2 in that. The TLS server never has a certificate: with one, Node uses it quietly and a wrong key connects.

import type { IncomingMessage } from 'node:http'
import http2, { type ClientHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import tls, { type Server, type TLSSocket } from 'node:tls'
import { LINK_CIPHERS, type LinkIdentity, parseIdentity, UPGRADE_PROTOCOL } from '#protocol/link.ts'
import { Connection } from '../../link/connection.ts'
import { ElasticSocket } from '../../link/elastic.ts'
import { assertPsk, sessionOptions, takeSocket, widen } from '../../link/session.ts'

/** From the upgrade to the end of the TLS handshake, ms: a dialler that is silent holds a socket no longer. */
const HANDSHAKE_TIMEOUT_MS = 10_000

export interface AcceptorOptions {
  /** The key of a space's start, or undefined when that start is not the current one. */
  readonly keyOf: (identity: LinkIdentity) => Buffer | undefined
  readonly onConnection: (
    identity: LinkIdentity,
    connection: Connection<ClientHttp2Session>,
  ) => void
  readonly onRefused: (reason: string) => void
}

export class Acceptor {
  readonly #options: AcceptorOptions
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  /** The identity a TLS connection was made with; the socket exists before its key is looked up. */
  readonly #identities = new WeakMap<object, LinkIdentity>()

  constructor(options: AcceptorOptions) {
    this.#options = options
    this.#server = tls.createServer({
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers: LINK_CIPHERS,
      ALPNProtocols: ['h2'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      pskCallback: (socket, text) => this.#key(socket, text),
    })
    this.#server.on('secureConnection', (socket) => this.#secured(socket))
    this.#server.on('tlsClientError', (error) => options.onRefused(error.message))
  }

  handleUpgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    raw.on('error', () => raw.destroy())
    if (request.headers.upgrade !== UPGRADE_PROTOCOL) {
      raw.end(
        `HTTP/1.1 426 Upgrade Required\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\nConnection: close\r\n\r\n`,
      )
      return
    }
    this.#sockets.add(raw)
    raw.on('close', () => this.#sockets.delete(raw))
    raw.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\n\r\n`,
    )
    takeSocket(raw, head)
    // A bare TLSSocket never tells http2.connect that it is ready; the server's own way does.
    this.#server.emit('connection', raw)
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.removeAllListeners('secureConnection')
  }

  #key(socket: TLSSocket, text: string): Buffer | null {
    const identity = parseIdentity(text)
    const key = identity && this.#options.keyOf(identity)
    if (!identity || !key) return null
    this.#identities.set(socket, identity)
    return key
  }

  #secured(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy())
    const identity = this.#identities.get(socket)
    try {
      assertPsk(socket)
    } catch {
      this.#options.onRefused('not proved by its key')
      socket.destroy()
      return
    }
    if (!identity || socket.alpnProtocol !== 'h2') {
      socket.destroy()
      return
    }
    const elastic = new ElasticSocket(socket)
    const session = http2.connect('http://agent', {
      ...sessionOptions,
      createConnection: () => elastic,
    })
    // The space's user may be the agent: what it pushes is refused, not read.
    session.on('stream', (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM))
    widen(session)
    this.#options.onConnection(identity, new Connection(session, [elastic, socket]))
  }
}
