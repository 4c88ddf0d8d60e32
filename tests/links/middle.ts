// Men in the middle: servers that an agent dials in the belief that they are its peer, with a certificate that it
// trusts. Each keeps the plain bytes that it could read.

import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import https from 'node:https'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import tls, { type TLSSocket } from 'node:tls'
import { LINK_PATH, UPGRADE_PROTOCOL } from '#protocol/link.ts'
import type { Certificate } from './certificate.ts'

export interface Middle {
  /** Where the agent is to dial. */
  readonly address: string
  /** Plain bytes heard inside them, from both sides. */
  heardBytes: number
  close(): void
}

const ANSWER = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\n\r\n`

/** Speaks TLS with the agent inside the upgraded socket, and relays what it reads by `onward`, made meanwhile. */
export async function terminating(
  certificate: Certificate,
  onward: () => Promise<Duplex>,
): Promise<Middle> {
  const server = createServer()
  const middle = await listening(server, 'http')
  const inner = tls.createServer({ ...certificate, ALPNProtocols: ['h2'] })
  inner.on('tlsClientError', () => undefined)
  server.on('upgrade', (_request, socket) => {
    const far = onward()
    far.catch(() => undefined)
    inner.once('secureConnection', (near) => {
      far.then(
        (made) => relay(middle, near, made),
        () => near.destroy(),
      )
    })
    socket.write(ANSWER)
    inner.emit('connection', socket)
  })
  return middle
}

/** An HTTPS proxy as companies have them: ends the outer TLS and carries the upgraded bytes to the peer. */
export async function proxying(certificate: Certificate, peer: string): Promise<Middle> {
  const server = https.createServer(certificate)
  const middle = await listening(server, 'https')
  server.on('upgrade', (_request, socket) => {
    const far = connect(Number(new URL(peer).port), '127.0.0.1')
    far.write(
      `GET ${LINK_PATH} HTTP/1.1\r\nHost: peer\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\n\r\n`,
    )
    relay(middle, socket, far)
  })
  return middle
}

/** The taken socket of an upgrade at a peer, with what came with the answer put back. */
export async function upgraded(address: string): Promise<Duplex> {
  const headers = { Connection: 'Upgrade', Upgrade: UPGRADE_PROTOCOL }
  const asked = request(new URL(LINK_PATH, address), { headers, agent: false })
  asked.end()
  const [, socket, head] = (await once(asked, 'upgrade')) as [unknown, Duplex, Buffer]
  socket.on('error', () => undefined)
  if (head.length > 0) socket.unshift(head)
  return socket
}

/** Waits for what comes first of a TLS connection: made, or why not. */
export async function securedOrError(socket: TLSSocket): Promise<'secured' | Error> {
  const made = Promise.withResolvers<'secured' | Error>()
  socket.once('secureConnect', () => made.resolve('secured'))
  socket.once('error', (error: Error) => made.resolve(error))
  socket.once('close', () => made.resolve(new Error('closed')))
  return await made.promise
}

async function listening(server: Server, scheme: string): Promise<Middle> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = server.address()
  if (at === null || typeof at === 'string') throw new Error('not listening on a port')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { address: `${scheme}://localhost:${at.port}`, heardBytes: 0, close }
}

function relay(middle: Middle, near: Duplex, far: Duplex): void {
  far.on('error', () => near.destroy())
  near.on('error', () => far.destroy())
  far.on('data', (chunk: Buffer) => {
    middle.heardBytes += chunk.length
  })
  near.on('data', (chunk: Buffer) => {
    middle.heardBytes += chunk.length
  })
  near.pipe(far).pipe(near)
}
