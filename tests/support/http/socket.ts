// A WebSocket of a test: opened like a browser's, with what arrived kept in order.

import { once } from 'node:events'
import { WebSocket } from 'ws'
import { eventually } from '../eventually.ts'

const TIMEOUT_MS = 3000

export class TestSocket {
  readonly socket: WebSocket
  readonly messages: Buffer[] = []
  closed: number | undefined

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.messages.push(data))
    socket.on('close', (code) => {
      this.closed = code
    })
  }

  /** Resolves when it is open, or with the status of the refusal. */
  static async open(
    port: number,
    path: string,
    headers: Record<string, string>,
    protocols: readonly string[] = [],
  ): Promise<TestSocket | number> {
    const url = `ws://127.0.0.1:${port}/api/v1${path}`
    const origin = `http://127.0.0.1:${port}`
    const given = Object.entries({ origin, ...headers }).filter(([, value]) => value !== '')
    const socket = new WebSocket(url, [...protocols], {
      headers: Object.fromEntries(given),
      perMessageDeflate: false,
    })
    const opened = new TestSocket(socket)
    const refused = new Promise<number>((resolve) => {
      socket.once('unexpected-response', (request, { statusCode }) => {
        resolve(statusCode ?? 0)
        request.destroy()
      })
    })
    return Promise.race([refused, once(socket, 'open').then(() => opened)])
  }

  /** Everything that arrived, as JSON. */
  get json(): Record<string, unknown>[] {
    return this.messages.map((data) => JSON.parse(data.toString()))
  }

  get bytes(): Buffer {
    return Buffer.concat(this.messages)
  }

  async until(check: (socket: this) => boolean, what: string): Promise<void> {
    await eventually(() => check(this), { timeoutMs: TIMEOUT_MS, what })
  }

  close(): void {
    this.socket.terminate()
  }
}

/** For tests in which a refusal is a failure. */
export async function opened(...given: Parameters<typeof TestSocket.open>): Promise<TestSocket> {
  const socket = await TestSocket.open(...given)
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}
