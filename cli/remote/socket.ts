// A WebSocket to a server: opened with the token and the same verification as every request; a refusal becomes the
// coded error that the server gave for it.

import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { API } from '#protocol/api/client.ts'
import type { Access } from './access.ts'
import { parseBody, refusalOf } from './refusal.ts'
import { asUnreachable } from './unreachable.ts'
import { userAgent } from './user-agent.ts'

/** How long a server may take to answer the upgrade, ms. */
const OPEN_TIMEOUT_MS = 15_000
/** The largest frame of numbered bytes is 4 MB. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024
const MAX_REFUSAL_BYTES = 64 * 1024

/**
 * Resolves with an open socket that is paused, so that no message is lost before somebody listens. Rejects with the
 * server's code, `server_unreachable`, `certificate_untrusted` or `login_needed`.
 */
export function openSocket(access: Access, path: string, signal?: AbortSignal): Promise<WebSocket> {
  const { origin, token, ca } = access
  const url = new URL(API + path, origin.replace(/^http/, 'ws'))
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    handshakeTimeout: OPEN_TIMEOUT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    headers: {
      'user-agent': userAgent,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(ca !== undefined && { ca }),
  })
  signal?.addEventListener('abort', () => socket.terminate(), { once: true })
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.pause()
      resolve(socket)
    })
    socket.on('error', (error) => reject(asUnreachable(origin, error)))
    socket.once('unexpected-response', (request, response) => {
      readRefusal(response).then(
        (text) => reject(refusalOf(origin, response.statusCode ?? 0, parseBody(text))),
        (error: Error) => reject(asUnreachable(origin, error)),
      )
      response.once('close', () => request.destroy())
    })
  })
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_REFUSAL_BYTES) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
