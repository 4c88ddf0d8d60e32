// A way to a server that a test makes long, narrow, or cuts: a TCP relay that hands on every byte in order, later, so many a second, or
// not at all.

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface WayOptions {
  readonly delayMs?: number
  /** Each way. */
  readonly bytesPerSecond?: number
}

/** Parts in which a narrow way carries what it is given. */
const PART_BYTES = 4096

export class Way implements Disposable {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #options: WayOptions
  #onAnswer: ((cut: () => void) => void) | undefined
  #isClosed = false

  private constructor(server: Server, port: number, to: number, options: WayOptions) {
    this.#server = server
    this.port = port
    this.#options = options
    server.on('connection', (near) => this.#join(near, to))
  }

  static async to(port: number, options: WayOptions = {}): Promise<Way> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const at = server.address()
    if (at === null || typeof at === 'string') throw new Error('not listening on a port')
    return new Way(server, at.port, port, options)
  }

  /** The next answer is lost, with its connection, although the server has done what it was asked; resolves then. */
  loseNextAnswer(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAnswer = (cut) => {
        this.#onAnswer = undefined
        cut()
        resolve()
      }
    })
  }

  /** Cuts what is there, and lets nobody through until it is opened. */
  close(): void {
    this.#isClosed = true
    for (const socket of this.#sockets) socket.destroy()
  }

  open(): void {
    this.#isClosed = false
  }

  [Symbol.dispose](): void {
    this.close()
    this.#server.close()
  }

  #join(near: Socket, to: number): void {
    if (this.#isClosed) {
      near.destroy()
      return
    }
    const far = connect({ port: to, host: '127.0.0.1', noDelay: true })
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    }
    const cut = () => {
      near.destroy()
      far.destroy()
    }
    this.#carry(near, far, () => undefined)
    this.#carry(far, near, () => this.#onAnswer?.(cut))
  }

  #carry(from: Socket, to: Socket, onBytes: () => void): void {
    const { delayMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = this.#options
    let freeAtMs = 0
    from.on('data', (bytes: Buffer) => {
      onBytes()
      for (let at = 0; at < bytes.length; at += PART_BYTES) {
        const part = bytes.subarray(at, at + PART_BYTES)
        freeAtMs = Math.max(freeAtMs, performance.now()) + (part.length / bytesPerSecond) * 1000
        const dueMs = freeAtMs + delayMs - performance.now()
        if (dueMs < 1) to.write(part)
        else setTimeout(() => !to.destroyed && to.write(part), dueMs)
      }
    })
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
}
