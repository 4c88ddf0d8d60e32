// One HTTP request with everything about it chosen: from which of this machine's addresses it comes, in which words.

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as securely } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** Loopback is a whole network: this address is no proxy's, and nobody trusts it. */
export const STRANGER = '127.0.0.2'

export interface Asked {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly from?: string
}

/** Over HTTPS; the certificate is checked. */
export async function ask(url: string, options: AskOptions = {}): Promise<Asked> {
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = options
  const call = securely(url, { method, headers, localAddress: from, agent: false })
  call.end(body)
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  const { statusCode: status = 0 } = response
  return { status, headers: response.headers, text: await text(response) }
}

/** Plain bytes to a port of this machine; all that came back until the other end closed. */
export async function send(port: number, bytes: string, from = '127.0.0.1'): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  // Not ended: Node takes half a connection for one whose client has gone.
  socket.write(bytes, 'latin1')
  return await text(socket)
}

/** A whole plain request, which asks for the end of the connection. */
export const lines = (...given: readonly string[]): string =>
  `${[...given, 'Connection: close'].join('\r\n')}\r\n\r\n`
