// The client half of bare-server.ts, with the shape that echo.ts and flood.ts drive.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { WebSocket } from 'ws'

export class BareTerminal {
  readonly #server: ChildProcess
  readonly #socket: WebSocket
  onOutput: ((bytes: Uint8Array) => void) | undefined

  private constructor(server: ChildProcess, socket: WebSocket) {
    this.#server = server
    this.#socket = socket
    socket.on('message', (data: Buffer) => this.onOutput?.(data))
  }

  static async open(): Promise<BareTerminal> {
    const server = fork(new URL('./bare-server.ts', import.meta.url).pathname, { execArgv: [] })
    const [message] = (await once(server, 'message')) as [{ port: number }]
    const socket = new WebSocket(`ws://127.0.0.1:${message.port}`, { perMessageDeflate: false })
    await once(socket, 'open')
    return new BareTerminal(server, socket)
  }

  type(text: string): void {
    this.#socket.send(text)
  }

  close(): void {
    this.#socket.terminate()
    this.#server.disconnect()
  }
}
