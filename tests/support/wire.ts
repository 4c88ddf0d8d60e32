// A wire to a server, between it and whoever dials: long, cut, or of the kind that carries questions and loses answers.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class Wire implements AsyncDisposable {
  readonly #server: Server
  readonly #target: number
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  /** For each way, ms. Bytes keep their order. */
  delayMs = 0
  #isMute = false
  #isLost = false
  /** Bytes that came back. */
  answeredBytes = 0

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((near) => this.#join(near))
  }

  /** To a port of this machine. */
  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port)
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return wire
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** From now on what is asked arrives, and no answer comes back. */
  mute(): void {
    this.#isMute = true
  }

  /** From now on nothing arrives. */
  lose(): void {
    this.#isLost = true
  }

  /** Ends every connection without a word; the next are as good as new. */
  cut(): void {
    this.#isMute = false
    this.#isLost = false
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #join(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1')
    const pair = [near, far] as const
    this.#pairs.add(pair)
    near.on('data', (bytes) => {
      if (!this.#isLost) this.#later(() => far.write(bytes))
    })
    far.on('data', (bytes) => {
      this.answeredBytes += bytes.length
      if (!this.#isMute) this.#later(() => near.write(bytes))
    })
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined) // its end follows
      socket.on('close', () => {
        this.#pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
    }
  }

  #later(pass: () => void): void {
    if (this.delayMs === 0) pass()
    else setTimeout(pass, this.delayMs)
  }
}
