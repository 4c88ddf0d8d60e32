// HTTP/2 by hand, for what Node's own server refuses to send (RFC 9113): the frames of an agent that means harm.

import tls, { type TLSSocket } from 'node:tls'
import { formatIdentity, type Lane, LINK_CIPHERS } from '#protocol/link.ts'
import { upgraded } from './middle.ts'

export interface Account {
  readonly address: string
  readonly spaceId: string
  readonly key: Buffer
  /** Of the space's start; by default the first. */
  readonly epoch?: number
}

/** A TLS connection that the peer takes for an agent's lane. Whoever reads it does so by its own will. */
export async function asAgent(account: Account, lane: Lane = 'control', run = 'mischief') {
  const { address, spaceId, key, epoch = 1 } = account
  const identity = formatIdentity({ spaceId, epoch, lane, run })
  const socket = tls.connect({
    socket: await upgraded(address),
    ciphers: LINK_CIPHERS,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    pskCallback: () => ({ psk: key, identity }),
    checkServerIdentity: () => undefined,
  })
  socket.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('close', () => reject(new Error('refused')))
  })
  return socket
}

export const Type = {
  data: 0,
  headers: 1,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  continuation: 9,
} as const

export const END_HEADERS = 0x4
/** `:status: 200` by HPACK's static table. */
export const OK_STATUS = Buffer.from([0x88])

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

/** A frame that ends `count` times in one buffer. */
export function many(one: Buffer, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => one))
}

/** Writes `block` for as long as the socket lives, no faster than it is taken. */
export function flood(socket: TLSSocket, block: Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(block));
    if (!socket.destroyed) socket.once('drain', write)
  }
  write()
}
