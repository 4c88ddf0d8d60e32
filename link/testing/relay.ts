// A relay between an agent and its peer, as a network may have one: it carries bytes or refuses.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export class Relay {
  readonly #server = createServer((socket) => this.#carry(socket))
  readonly #sockets = new Set<Socket>()
  readonly #port: number
  isRefusing = false

  /** To a port of 127.0.0.1. */
  constructor(port: number) {
    this.#port = port
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    return `http://127.0.0.1:${address.port}`
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #carry(socket: Socket): void {
    if (this.isRefusing) {
      socket.destroy()
      return
    }
    const onward = connect(this.#port, '127.0.0.1')
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(from.setNoDelay(true))
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.pipe(to)
    }
  }
}
