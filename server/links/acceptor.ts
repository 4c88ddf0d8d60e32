// The accepting end of links: takes the socket of an HTTP Upgrade, makes TLS 1.3 with the pre-shared key in it, and
// HTTP/2 in that. The TLS server never has a certificate: with one, Node uses it quietly and a wrong key connects.

import type { IncomingMessage } from 'node:http'
import http2, { type ClientHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import tls, { type Server, type TLSSocket } from 'node:tls'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import { type LinkIdentity, parseIdentity, UPGRADE_PROTOCOL } from '#protocol/link.ts'
import { Connection, onEnd } from '../../link/connection.ts'
import { ElasticSocket } from '../../link/elastic.ts'
import { assertPsk, linkTls, sessionOptions, takeSocket, widen } from '../../link/session.ts'
import type { Clock } from '../clock.ts'

/** For the TLS handshake, and again from there to HTTP/2, milliseconds: a dialler that is silent keeps no socket. */
export const HANDSHAKE_TIMEOUT_MS = 10_000
/** Sockets that have not proved their key yet: a thousand agents come at once after a restart, each to two addresses. */
export const MAX_HANDSHAKES = 4000

export interface AcceptorOptions {
  /** The key of a connection that may come now, or undefined. */
  readonly keyOf: (identity: LinkIdentity) => Buffer | undefined
  /** A connection whose other end has the key and has begun HTTP/2. */
  readonly onConnection: (
    identity: LinkIdentity,
    connection: Connection<ClientHttp2Session>,
  ) => void
  /** `who` is what the other end claims, as far as it came. */
  readonly onRefused: (error: SkeinError, who: LinkIdentity | undefined) => void
  readonly clock: Clock
}

export class Acceptor {
  readonly #options: AcceptorOptions
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  #proved = 0
  #isClosed = false
  /** The identity that a TLS connection claims; the socket exists before its key is looked up. */
  readonly #identities = new WeakMap<TLSSocket, LinkIdentity>()

  constructor(options: AcceptorOptions) {
    this.#options = options
    this.#server = tls.createServer({
      ...linkTls,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      pskCallback: (socket, text) => this.#keyOf(socket, text),
    })
    this.#server.on('secureConnection', (socket) => this.#onSecured(socket))
    this.#server.on('tlsClientError', (cause, socket) => {
      this.#refuse(socket, new SkeinError('link_refused', {}, cause))
    })
  }

  handleUpgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    takeSocket(raw, head)
    if (request.headers.upgrade !== UPGRADE_PROTOCOL) {
      answerAndEnd(raw, `426 Upgrade Required\r\nUpgrade: ${UPGRADE_PROTOCOL}`)
      return
    }
    if (this.#isClosed || this.#sockets.size - this.#proved >= MAX_HANDSHAKES) {
      answerAndEnd(raw, '503 Service Unavailable\r\nRetry-After: 1')
      return
    }
    this.#sockets.add(raw)
    raw.once('close', () => this.#sockets.delete(raw))
    raw.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\n\r\n`,
    )
    // A bare TLSSocket never tells http2.connect that it is ready; the server's own way does.
    this.#server.emit('connection', raw)
  }

  /** Ends every connection that was accepted. */
  close(): void {
    this.#isClosed = true
    for (const socket of this.#sockets) socket.destroy()
  }

  #keyOf(socket: TLSSocket, text: string): Buffer | null {
    const identity = parseIdentity(text)
    if (!identity) return null
    this.#identities.set(socket, identity)
    return this.#options.keyOf(identity) ?? null
  }

  #onSecured(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy())
    const identity = this.#identities.get(socket)
    try {
      assertPsk(socket)
      if (!identity) throw new SkeinError('link_not_psk')
      this.#begin(identity, socket)
    } catch (error) {
      this.#refuse(socket, toSkeinError(error))
    }
  }

  #begin(identity: LinkIdentity, socket: TLSSocket): void {
    const elastic = new ElasticSocket(socket)
    const session = http2.connect('http://agent', {
      ...sessionOptions,
      createConnection: () => elastic,
    })
    const connection = new Connection(session, [elastic, socket])
    // The space's user may be the agent. What no agent of ours sends ends the connection before it costs anything.
    for (const event of ['stream', 'altsvc', 'origin', 'goaway']) {
      session.on(event, () => connection.end())
    }
    widen(session)
    this.#whenBegun(connection, () => {
      this.#proved++
      onEnd(connection, () => this.#proved--)
      this.#options.onConnection(identity, connection)
    })
  }

  /** A dialler proves its key at several addresses and begins HTTP/2 at the one that it chose: its settings tell. */
  #whenBegun(connection: Connection<ClientHttp2Session>, then: () => void): void {
    const begun = new AbortController()
    connection.session.once('remoteSettings', () => {
      begun.abort()
      if (!connection.ended.aborted) then()
    })
    const over = AbortSignal.any([begun.signal, connection.ended])
    this.#options.clock.delay(HANDSHAKE_TIMEOUT_MS, over).then(
      () => connection.end(),
      () => undefined, // begun or ended in time
    )
  }

  #refuse(socket: TLSSocket, error: SkeinError): void {
    this.#options.onRefused(error, this.#identities.get(socket))
    socket.destroy()
  }
}

function answerAndEnd(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    raw.destroy(),
  )
}
