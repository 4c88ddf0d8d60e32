// A relay between an agent and its peer, as a network may have one: it carries bytes, late if told so, or refuses.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'

export interface RelayOptions {
  readonly port: number
  /** What each direction takes, milliseconds. In order, and without a limit of bytes on the way. */
  readonly delayMs?: number
}

export class Relay {
  readonly #server = createServer((socket) => this.#carry(socket))
  readonly #sockets = new Set<Socket>()
  readonly #options: RelayOptions
  isRefusing = false

  constructor(options: RelayOptions) {
    this.#options = options
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
    const onward = connect(this.#options.port, '127.0.0.1')
    const { delayMs = 0 } = this.#options
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(from.setNoDelay(true))
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      if (delayMs > 0) from.pipe(late(delayMs)).pipe(to)
      else from.pipe(to)
    }
  }
}

/** What is on the way is not held back by what was not yet delivered: a long line, not a slow one. */
function late(delayMs: number): Transform {
  return new Transform({
    readableHighWaterMark: 64 * 1024 * 1024,
    writableHighWaterMark: 64 * 1024 * 1024,
    transform(chunk, _, done) {
      setTimeout(() => this.push(chunk), delayMs)
      done()
    },
  })
}
