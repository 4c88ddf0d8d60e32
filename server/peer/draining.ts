// Ending HTTP servers without cutting an answer short. Node's own `close` waits for every socket that was ever
// accepted, upgraded ones included; those belong to whoever took them, and would hold a drain up for as long as an
// agent is linked.

import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'

const LOOK_FOR_IDLE_MS = 20

export class Draining {
  readonly #server: Server
  /** Connections that speak HTTP. */
  readonly #open = new Set<Duplex>()
  #emptied: () => void = () => undefined

  /** `event` is that with which the server tells of a connection: `secureConnection` where it speaks TLS. */
  constructor(server: Server, event: 'connection' | 'secureConnection' = 'connection') {
    this.#server = server
    server.on(event, (socket: Duplex) => {
      this.#open.add(socket)
      socket.once('close', () => this.#forget(socket))
    })
    // First of the listeners: whoever takes the socket may do so at once.
    server.prependListener('upgrade', (_, socket) => this.#forget(socket))
  }

  /** Takes nothing new; resolves when all is answered, or after `waitMs`, when what is left has been cut. */
  async end(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#emptied = resolve
    this.#server.close()
    if (this.#open.size === 0) return
    // A connection that waits for its next request counts as open, and nobody tells us when one begins to wait.
    const idle = setInterval(() => this.#server.closeIdleConnections(), LOOK_FOR_IDLE_MS)
    const overdue = setTimeout(() => this.#cut(), waitMs)
    await promise
    clearInterval(idle)
    clearTimeout(overdue)
  }

  #cut(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #forget(socket: Duplex): void {
    this.#open.delete(socket)
    if (this.#open.size === 0) this.#emptied()
  }
}
