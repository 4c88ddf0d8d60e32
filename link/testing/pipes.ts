// Two pipes that are joined by one HTTP/2 stream without TLS, and what is below them, for tests of the pipe alone.

import { once } from 'node:events'
import http2, { type ClientHttp2Stream, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { FrameType } from '#protocol/link.ts'
import { LinkPipe } from '../pipe.ts'

export interface Pipes {
  readonly near: LinkPipe
  readonly far: LinkPipe
  readonly nearH2: ClientHttp2Stream
  readonly farH2: ServerHttp2Stream
  /** Ends the connection as a crash would. */
  readonly cut: () => void
  readonly close: () => void
}

/** Opened and answered, as a stream is when a caller gets it. */
export async function openPipes(): Promise<Pipes> {
  const server = http2.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const nearH2 = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false })
  const answered = Promise.withResolvers<unknown>()
  const near = new LinkPipe(nearH2, { first: FrameType.opened, onFirst: answered.resolve })
  near.sendFirst(FrameType.open, {})
  const [farH2] = (await once(server, 'stream')) as [ServerHttp2Stream]
  farH2.respond({ ':status': 200 })
  const far = new LinkPipe(farH2, { first: FrameType.open, onFirst: () => undefined })
  far.sendFirst(FrameType.opened, {})
  await answered.promise
  const cut = () => session.destroy()
  const close = () => {
    cut()
    server.close()
  }
  return { near, far, nearH2, farH2, cut, close }
}
