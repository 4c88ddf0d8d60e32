// An answer on the bare socket of an upgrade that was not taken: Node has given the connection away, so it is written as
// bytes and ends the connection.

import type { Duplex } from 'node:stream'

export interface BareAnswer {
  readonly status: number
  /** Neither `Connection` nor `Content-Length`. */
  readonly headers: Iterable<readonly [name: string, value: string]>
  readonly body: string
}

export function answerBare(socket: Duplex, { status, headers, body }: BareAnswer): void {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}\r\n`).join('')
  const ours = `connection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines}${ours}\r\n${body}`, () => {
    socket.destroy()
  })
}
