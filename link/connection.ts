// One HTTP/2 connection with the sockets below it, ended together. A session alone cannot be asked: destroyed by a
// write that failed, it waits for the close of a socket that has stopped reading and so never sees its end, and says
// nothing for ever. The first sign from any layer is therefore the end of all.

import type { ClientHttp2Session, ServerHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'

export type LinkSession = ClientHttp2Session | ServerHttp2Session

export class Connection<S extends LinkSession = LinkSession> {
  readonly session: S
  readonly #sockets: readonly Duplex[]
  readonly #ended = new AbortController()

  /** `sockets`: what carries the session, outermost first. */
  constructor(session: S, sockets: readonly Duplex[]) {
    this.session = session
    this.#sockets = sockets
    const end = () => this.end()
    session.on('close', end)
    session.on('error', end)
    for (const socket of sockets) {
      socket.on('close', end)
      socket.on('error', end)
      socket.on('end', end)
    }
    if (session.destroyed || sockets.some((socket) => socket.destroyed)) end()
  }

  /** Aborted when it has ended, whoever ended it. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  end(): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.session.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Calls back once: at the end of the connection, or at once if it has ended. */
export function onEnd(connection: Connection, then: () => void): void {
  if (connection.ended.aborted) then()
  else connection.ended.addEventListener('abort', then, { once: true })
}
