// The accepting end of links: takes the socket of an HTTP Upgrade, makes TLS 1.3 with the pre-shared key in it, and
// HTTP/2 in that. The TLS server never has a certificate: with one, Node uses it quietly and a wrong key connects.

import type { IncomingMessage } from 'node:http'
import http2, { type ClientHttp2Session, type ServerHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import tls, { type Server, type TLSSocket } from 'node:tls'
import {
  isHopLane,
  type LinkIdentity,
  type PeerIdentity,
  parseIdentity,
  parsePeerIdentity,
  UPGRADE_PROTOCOL,
} from '#protocol/link.ts'
import { Connection } from '../../link/connection.ts'
import { ElasticSocket } from '../../link/elastic.ts'
import {
  assertPsk,
  hopOptions,
  linkTls,
  sessionOptions,
  takeSocket,
  widen,
} from '../../link/session.ts'
import type { Clock } from '../clock.ts'
import { type BucketRule, Buckets } from '../identity/limits.ts'

/** For the TLS handshake, and again from there to HTTP/2, ms: a dialler that is silent holds a socket no longer. */
export const HANDSHAKE_TIMEOUT_MS = 10_000
/**
 * Sockets that have not proved a key. Beyond it the oldest is closed: an honest handshake takes milliseconds, so that
 * the oldest are those who mean to be silent, and a thousand of them lock nobody out.
 */
export const MAX_HANDSHAKES = 256
/**
 * Links and lanes of one space: sixty-four addresses at once and the lanes after; then ten a second, so that one that
 * flaps still gets its lanes, and one that means harm costs some milliseconds of handshakes a second.
 */
export const DIAL_RULE: BucketRule = { burst: 100, refillMs: 100 }
/** Pings that a space's agent may have answered; an honest one asks once a second. */
const PING_RULE: BucketRule = { burst: 30, refillMs: 500 }

/** Whoever dials: an agent, or another peer. */
export type Dialler = LinkIdentity | PeerIdentity

export interface AcceptorOptions {
  readonly clock: Clock
  /** The dialler's key; undefined when its start is not the current one, or the cluster's key is another. */
  readonly keyOf: (identity: Dialler) => Buffer | undefined
  readonly onConnection: (identity: Dialler, connection: Connection<ClientHttp2Session>) => void
  /** Another peer's hop lane, on which it opens the streams. */
  readonly onHop: (identity: PeerIdentity, connection: Connection<ServerHttp2Session>) => void
  readonly onRefused: (reason: string) => void
}

export class Acceptor {
  readonly #options: AcceptorOptions
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  /** Oldest first. */
  readonly #handshakes = new Set<Duplex>()
  readonly #dials: Buckets
  readonly #pings: Buckets
  /** The identity a TLS connection was made with; the socket exists before its key is looked up. */
  readonly #identities = new WeakMap<object, Dialler>()

  constructor(options: AcceptorOptions) {
    this.#options = options
    this.#dials = new Buckets(DIAL_RULE, options.clock)
    this.#pings = new Buckets(PING_RULE, options.clock)
    this.#server = tls.createServer({
      ...linkTls,
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
    raw.on('close', () => {
      this.#sockets.delete(raw)
      this.#handshakes.delete(raw)
    })
    raw.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\n\r\n`,
    )
    takeSocket(raw, head)
    this.#await(raw)
    // A bare TLSSocket never tells http2.connect that it is ready; the server's own way does.
    this.#server.emit('connection', raw)
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.removeAllListeners('secureConnection')
  }

  #key(socket: TLSSocket, text: string): Buffer | null {
    const identity = parseIdentity(text) ?? parsePeerIdentity(text)
    const key = identity && this.#options.keyOf(identity)
    if (!identity || !key || !this.#mayDial(nameOf(identity))) return null
    this.#identities.set(socket, identity)
    return key
  }

  #mayDial(name: string): boolean {
    try {
      this.#dials.take(name)
      return true
    } catch {
      this.#options.onRefused('dialled too often')
      return false
    }
  }

  /** Counts a socket whose handshake is to come, and makes room for it. */
  #await(raw: Duplex): void {
    this.#handshakes.add(raw)
    const [oldest] = this.#handshakes
    if (this.#handshakes.size <= MAX_HANDSHAKES || !oldest) return
    this.#handshakes.delete(oldest)
    oldest.destroy()
  }

  #secured(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy())
    const raw = below(socket)
    if (raw) this.#handshakes.delete(raw)
    const identity = this.#identities.get(socket)
    try {
      assertPsk(socket)
    } catch {
      this.#options.onRefused('not proved by its key')
      socket.destroy()
      return
    }
    if (!identity) {
      socket.destroy()
      return
    }
    if ('peerId' in identity && isHopLane(identity.lane)) this.#beginHop(identity, socket)
    else this.#begin(identity, socket)
  }

  #begin(identity: Dialler, socket: TLSSocket): void {
    const elastic = new ElasticSocket(socket)
    const session = http2.connect('http://agent', {
      ...sessionOptions,
      createConnection: () => elastic,
    })
    widen(session)
    const connection = new Connection(session, [elastic, socket])
    // The space's user may be the agent: what it pushes is not read, and it is not answered for ever.
    for (const event of ['stream', 'altsvc', 'origin', 'goaway']) {
      session.on(event, () => connection.end())
    }
    session.on('ping', () => this.#pinged(identity, connection))
    this.#whenBegun(connection, () => this.#options.onConnection(identity, connection))
  }

  /** Here the other end asks: it is HTTP/2's client. */
  #beginHop(identity: PeerIdentity, socket: TLSSocket): void {
    const elastic = new ElasticSocket(socket)
    const session = http2.performServerHandshake(elastic, hopOptions)
    widen(session)
    const connection = new Connection(session, [elastic, socket])
    session.on('ping', () => this.#pinged(identity, connection))
    this.#whenBegun(connection, () => undefined)
    this.#options.onHop(identity, connection)
  }

  /**
   * A dialler proves its key at several addresses and begins HTTP/2 at the one that it chose: its settings tell. Taken
   * for a link before that, a loser of its race would have ended the winner.
   */
  #whenBegun(connection: Connection, then: () => void): void {
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

  #pinged(identity: Dialler, connection: Connection): void {
    try {
      this.#pings.take(nameOf(identity))
    } catch {
      connection.end()
    }
  }
}

/** A peer's lanes are counted apart: each of its connections asks once a second whether it is heard. */
const nameOf = (identity: Dialler): string =>
  'peerId' in identity ? `${identity.peerId}:${identity.lane}` : identity.spaceId

/** The socket that a TLS server was given. Node keeps it and has no public name for it. */
function below(socket: TLSSocket): Duplex | undefined {
  return (socket as { _parent?: Duplex })._parent
}
