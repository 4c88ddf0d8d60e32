// One port for two languages: the first byte of a connection says whether it speaks TLS or plain HTTP, and it goes to
// the server of that. Until then, and until its TLS handshake is through, a connection is nobody's: it gets little
// time, and there are few of them.

import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** The content type of a TLS record that carries a handshake (RFC 8446, 5.1). No method of HTTP begins with it. */
const TLS_HANDSHAKE = 0x16
/** From the connection to the end of the TLS handshake, ms. */
export const THRESHOLD_MS = 10_000
/**
 * Connections that have said nothing or not finished their handshake. Beyond it the oldest is closed: an honest one
 * is through within a round trip or two, so the oldest are those who mean to be silent.
 */
export const MAX_AT_THRESHOLD = 512

export interface ThresholdOptions {
  readonly secure: HttpsServer
  readonly plain: HttpServer
  /** For tests. */
  readonly withinMs?: number
}

export class Threshold {
  /** Listens, and hands each connection on. */
  readonly server: Server
  readonly #options: ThresholdOptions
  /** Oldest first, each with the timer of its deadline. */
  readonly #waiting = new Map<Socket, NodeJS.Timeout>()

  constructor(options: ThresholdOptions) {
    this.#options = options
    // As an HTTP server sets its own: an end of the request's direction is not the end of the answer.
    this.server = createServer({ allowHalfOpen: true, noDelay: true })
    this.server.on('connection', (socket) => this.#receive(socket))
    options.secure.on('secureConnection', (socket: TLSSocket) => this.#leave(below(socket)))
    // Only a server that listens looks for late requests and knows its idle connections; these two never listen.
    for (const server of [options.secure, options.plain]) server.emit('listening')
  }

  /** How many are at the threshold. */
  get size(): number {
    return this.#waiting.size
  }

  /** Takes nothing new and closes what has not yet become a request. */
  end(): void {
    this.server.close()
    for (const socket of this.#waiting.keys()) socket.destroy()
  }

  #receive(socket: Socket): void {
    this.#enter(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#leave(socket))
    const gone = () => socket.destroy()
    socket.once('end', gone)
    socket.once('data', (first: Buffer) => {
      socket.off('end', gone)
      socket.pause()
      socket.unshift(first)
      this.#hand(socket, first[0] === TLS_HANDSHAKE)
    })
  }

  /** The server reads the same bytes again, and from then on the socket itself: nothing of ours is in between. */
  #hand(socket: Socket, isTls: boolean): void {
    if (isTls) {
      socket.allowHalfOpen = false
      this.#options.secure.emit('connection', socket)
      return
    }
    this.#leave(socket)
    this.#options.plain.emit('connection', socket)
    socket.resume()
  }

  #enter(socket: Socket): void {
    const { withinMs = THRESHOLD_MS } = this.#options
    this.#waiting.set(
      socket,
      setTimeout(() => socket.destroy(), withinMs),
    )
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size <= MAX_AT_THRESHOLD || !oldest) return
    this.#leave(oldest)
    oldest.destroy()
  }

  #leave(socket: Socket | undefined): void {
    if (!socket) return
    clearTimeout(this.#waiting.get(socket))
    this.#waiting.delete(socket)
  }
}

/** The connection that a TLS server was given. Node keeps it and has no public name for it. */
function below(socket: TLSSocket): Socket | undefined {
  return (socket as { _parent?: Socket })._parent
}
