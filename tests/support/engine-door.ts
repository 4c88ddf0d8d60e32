// A door before the real engine that a test opens and shuts: for a peer that is as good as an engine that is stopped
// and started, while everybody else's containers and calls go on.

import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'

const ENGINE = '/var/run/docker.sock'

export class EngineDoor {
  readonly path: string
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(path: string) {
    this.path = path
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return
    this.#server = createServer((inner) => this.#relay(inner))
    this.#server.listen(this.path)
    await once(this.#server, 'listening')
  }

  /** Cuts every call that is under way, as the end of dockerd does. */
  async shut(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(server, 'close')
    rmSync(this.path, { force: true })
  }

  #relay(inner: Socket): void {
    const outer = connect(ENGINE)
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  }
}
